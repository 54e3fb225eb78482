// Print mails of other people's making as JSON: what foundation-emails ships, and mailgen's themes.
const fs = require("node:fs");
const path = require("node:path");
const Mailgen = require("mailgen");

const mails = {};
const folder = path.join(path.dirname(require.resolve("foundation-emails/package.json")), "templates");
for (const name of fs.readdirSync(folder).filter((name) => name.endsWith(".html"))) {
  mails[`foundation-emails-${path.parse(name).name}`] = fs.readFileSync(path.join(folder, name), "utf8");
}
const product = { name: "Mailgen", link: "https://mailgen.example/?a=1&b=2", copyright: "a" };
const button = (link) => ({ instructions: "Click:", button: { color: "#22BC66", text: "Go", link } });
const body = {
  name: "Jane Doe",
  intro: ["Welcome!", 'Read <a href="//shop.example/p/2">this</a>.'],
  table: { data: [{ item: "Node.js", price: "$10.99" }, { item: "Mailgen", price: "$1.99" }] },
  action: [button("https://mailgen.example/confirm?s=d972&utm=x"), button("https://mailgen.example/#top")],
  outro: 'Help: <a href="mailto:help@mailgen.example">write</a> or <a href="https://mailgen.example/unsubscribe?u=1">leave</a>.',
};
for (const theme of ["cerberus", "default", "neopolitan", "salted"]) {
  mails[`mailgen-${theme}`] = new Mailgen({ theme, product }).generate({ body });
}
process.stdout.write(JSON.stringify(mails));
