"""Words of crawlers' user agents. Made by tools/visitors/build.py: do not edit."""

# ruff: noqa: E501, SIM905, W291

SOURCE = "crawler-user-agents 1.67.0"

_ALONE = """\
360spider 7siters abevalbot aboundex academicbotrtu acapbot accessstatus acoonbot activecomply
adagiobot addsearchbot addthis adidxbot adkerneltopiccrawler admantx adminlabs adscanner
adstxtcrawler advbot adventurer agakidsbot agencyanalyticsbot ahrefsbot ahrefssiteaudit ai2bot
aihitbot aiohttp aisearchbot alertsite alexandriaorgbot alienfarm allafrica allorigins alphabot
amazonadbot amazonbot amazonbuyforme amazonproductdiscovery amazonsellerinitiatedlisting
anderspinkbot anomura anyevent apercite apifybot apifywebsitecontentcrawler appinsights applebot
appsiteassociation arabot aranea archivebot archivebox arquivobot aspiegelbot attracta atvowbot
audigentadbot audistobot authory automaton awariobot awariorendererbot awariorssbot awariosmartbot
awesomecrawler axios backlinkcrawler baiduadsbot baiduspider barkrowler bazqux bdcbot bdfetch
beeperbot behloolbot bestchange betabot betteruptimebot bidswitchbot biglotron bigupdatabot
binarycanary bingbot bitbot bitlybot blekkobot blingerp blockaid bloglines blogmurabot blogtrottr
blogvault blueskypreviewbot bnfbot boardgamepricesbot bomborabot botify botpoke boxcarbot brainobot
brandonbot brandverity brandwatch bravebot brightbot btwebclient bubing bublupbot buddybot
bufferlinkpreviewbot bugsnag bushbaby buttondown buzzbot bytespider caliberbot caliperbot
capitalonebot capitaloneshopping capsulechecker capterrabot careerbot catchpoint ccbot cdscbot
centurybot certytags changedetection channable channel3bot chargebeebot charlotte checkhost checkly
chirp cincraw cirrusexplorer citeseerxbot citoid claudebot clearscopebot clickagy
clickuplinkunfurler cloudflareradarurlscanner cloudtrellis cludo cmschecker coccoc cocolyzebot
codabot collapsify colly commafeed contentkingapp contxbot convera convermax cotoyogi coveobot
crawl4ai crawler4j crawlson crawlyprojectcrawler criteobot cronless crystalsemanticsbot curebot
customasynchttpclient cutbot cxensebot cybaabot cyberfindcrawler cyotekwebcopy dareboost daspeedbot
datadogsynthetics datafeedwatch dataforseobot datagnionbot datanyze daumoa deadlinkchecker deepcrawl
deepnoc deepseekbot deskyobot determ devin discobot discordbot disqus dmbot dmbrowser dnbcrawler
dnyzbot domaincrawler domainstatsbot domcopbot dominicbot dotbot dragonbot drataautopilot drupact
drupalbot ds9 dubbotbot duckassistbot duckduckbot ecovadissustainabilitybot edansbot edgewatch
edisterbot electricmonk elisabot embedly emoneybot epicbot epivozcrawler eright evernoterichlinkbot
everyonesocialbot evouptimebot exabot exodusmovement experibot extecontextcrawl extlinksbot
eyeotabot ezgif ezid ezlynx ezoicbot ezooms facebookbot facebookexternalhit facebot fastdast
fastmailua fedicabot fedidb fediindex fedineko fedistatscrawler fedoraplanet fedreporterdatabot
feedbin feedbot feedburner feedflow feedspot feedvalidator feedwind femtosearchbot fever
finditanswersbot findlink findthatfile findxbot fiperbot firecrawlagent firmograph fleebsbot
flipboardproxy flipboardrss fluffy flyriverbot freshbot freshpingbot freshrss friendica fuelbot
funnelback fyrebot gaisbot garlikcrawler geedobot geedoproductsearch geedoshopproductfinder genieo
genomecrawlerd gigablast gigabot gingercrawler globalwebsearch gnowitnewsbot goodreads goodzer
googleassociationservice googledocs googleimageproxy googleother googleproducer
googlestackdrivermonitoring goparserbot gopay gotosocial gowikibot gptbot grapeshotcrawler
gregcrawler grobbot groupmebot gslfbot gtmetrix gwene halobot hanaleibot happywing hatena hawaiibot
hcardvalidator headlesschrome headonlyscraper henkbot heritrix hetrixtools honeybadgerbot hotjar
httpunit httpurlconnection httpx httrack hubspot hypestat iaskspider iboubot ichiro iframely
imagemind imagesiftbot imagespider img2dataset imrbot indeedbot indeedjobbot infoobot infosifter
innologica inoreader integromedb interfaxscanbot internetmeasurement ioncrawl irlbot iskanie
isonsearchbot istellabot jetslide jetty jobboersebot jooblebot jumio jyxobot kemvibot kendrabot
keybasebot komodiabot kosmiobot kstandbot kunatocrawler larbin laserlikebot leikibot lemmy
linespider linkapediabot linkarchiver linkcheckerbot linkdex linkedinbot linkisbot linko linkpadbot
linktiger linkupbot lipperhey listgembot livelapbot lmarenaunfurlbot logicmonitor loomlybot lssbot
lssrocketcrawler macocu macrobondbot magellan magibot magnetmebot magpierss mailchimp managewp
mappydata marketingminer mastodon matchorysearch mauibot mavifinds mbcrawler mcontextualbot
mechanize medialogiabot mediatoolkitbot megaindex meltwaternews memorybot mergadobot metainspector
metajobbot metauri metorik mgidbot mindupbot minicrawler mirrorwebcrawler mixrankbot mj12bot mlbot
moatbot modatscanner modernizebot monibot monsidobot montasticmonitor moodlebot moreover msnbot
msrbot mtrobot muckrack multiviewbot mxtoolbox nanointeractive napbot naverbot nbertaupete95
neevabot nerdybot nestdaddybot netapi netresearchserver netumo netvibes netvigie newrelicsynthetics
newsblur newsharecounts nextcloud nicecrawler nicheindex nitrobot nixstatsbot noahbot nodeping noibu
noorobot nostocrawlerbot notabot novellum ntentbot nutch nuzzel nvdorz observepoint ocarinabot
officestorebot oicrawler okhttp omgili onetrust opengraphcheck openhosebot openindexspider openrss
opentheboxbot outbrain outclicksbot outsellurlvalidator page2rss pagething pandalytics pangubot
panopta panscient paperlibot parselysharesbot perplexityuser petalbot phantomjs phindbot phpcrawl
phxbot pingdom piplbot plagawarebot playwright pocketparser podchaserparser podimo poduptime
postrank pressenginebot primalbot privacyawarebot proximic psbot puppeteer purebot
pwabuilderhttpagent qcbot qualys qwantbot qwantify qwarrybot rankactivelinkbot redditbot refindbot
regionstuttgartbot repolookoutbot researchbot retrevopageanalyzer ridderbot rivva rogerbot
rsiteauditor rss2tg rssingbot rssreaderbot ruxitsynthetic rytebot scope3 scoutjet scrapy scribdbot
scrubby scrunchbot searchatlas searcherweb searcherxweb searchexpress seekport seewithkids selenium
semanticbot semanticscholarbot semrushbot sentibot senutobot seobilitybot seokicks seolizer seolyt
seoscanners seositecheckup seoulbot sequelwp serankingbacklinksbot serendeputybot serptimizerbot
serverdensity seznambot shapbot shortpixel silktide simplecrawler simplepie simplescraper sindup
sirdatabot site24x7 sitebot sitebulb sitecheckerbotcrawler sitelock sitescorebot sitesoverpagesbot
sitesucker skroutzbot skypeuripreview skyworkspider slaccalebot slackbot sleepbot slurp smarshbot
smtbot smtnetpmbot snacktory socialrankiobot sogou sosospider sottopopnone sparkpost sparkshipping
spbot specificfeeds speedy spiderling splunk springservebot sqwatcher statsdronebot statuscake
statusnestbacklinkspider stepstonecrawlbot storygizebot stractbot summalybot summify superfeedr
surdotlybot surveybot sustainabilitycrawler swiftbot swifteqlinkchecker swimgbot swisscows synapse
synthesibot sysomos t3versionsbot taboolabot tagoobot tangibleebot tavilybot telegrambot teoma
termly terracotta testcrawler testuri textrazor theinternetsearchx thinkbot thinklab thousandeyes
tigerbot tiktokspider timpibot tineye tombapublicwebcrawler toplistbot toutiaospider tracemyfile
trafilatura trendictionbot trendsmapresolver trove trovitbot tsmbot turnitin tweakers tweetedtimes
tweetmemebot twengabot twinagent twingly twitterbot twurly ugaresearchagent uipbot upflow
uptimedoctor uptimerobot uptimestatistics uptimia uptrends urlappendbot urlsumabot
usinenouvellecrawler vebidoobot velenpublicwebcrawler veoozbot vercelbot videootvbot vkrobot vkshare
vmcrawl voilabot vuhuvbot wadoobot watchforbot watchful watchmouse wayback wbsearchbot webcapture
webcompanycrawler webcopier webdatastats webflow websiteops websitepulse webspidermount webzio
webzip wellknownbot wepchsearchengine wget wikido wisebot wocbot woobot wordupinfosearch woriobot
worldbot wormlybot wotbox wpumbrella wrtnbot xovibot xovionpagecrawler yacybot yahoocachesystem
yahoomailproxy yandorirssbot yanga yellowbrandprotectionbot yelpspider yeti yisouspider yoozbot
youbot youdaobot yuuperbot zabbix zanistabot zapier zealbot zoombot zoominfobot zumbot zyborg zzhbot
""".split()

_OTHERS = """\
007ac9 = b|007ac9 crawler
008 = b|008/
2ip = b|2ip bot & b|2ip.ru
9bot = b|9bot/
a360 = b|a360-search
aasa = b|aasa-bot
abuse = s|abuse.xmco.fr
accessible = b|accessible web bot
acunetix = s
adbeat = b|adbeat.com & b|adbeat_bot
adsbot = b|adsbot-google & b|adsbot-iab
advanced = b|advanced_crawler
advisor = b|emoney advisor
adwords = b|google-adwords-express & b|google-adwords-instant
agentcore = b|amazon-bedrock-agentcore-browser
ahc = b|ahc/
akismetbot = s
alexa = b|alexa site audit
alexabot = b|exabot
algolia = b|algolia crawler
alittle = b|alittle client
aliyunsecbot = s
aloud = b|google-read-aloud
alwaysonline = b|cloudflare-alwaysonline
amzn = b|amzn-user
anchor = b|anchor browser
animator = b|domain re-animator bot
anthropic = b|anthropic-ai
antibot = s
apis = b|apis-google
appengine = b|appengine-google
aragog = b|aragog/
araturka = b|bot.araturka.com
archive = b|archive-it & b|archive.org_bot & b|web-archive-net.com.bot
archiver = b|ia_archiver
archiving = b|library of congress web archiving & b|loc.gov/programs/web-archiving
area120 = b|google-area120
arenaunfurlbot = b|^arenaunfurlbot
arquivo = b|arquivo-web-crawler
artemis = b|artemis web reader
artemisbot = s
asana = b|asana/
asnriskscorer = s
atlassian = b|atlassian-bot
audisto = b|audisto crawler
audit = b|seo-audit-check-bot/ & s|feed image audit
autocite = b|easybib autocite
autoconfig = b|autoconfig test from ustc
b2b = b|b2b bot
batch = b|evc-batch
bbot = b|blp_bbot
bdbot = b|bdbot/
better = b|better uptime bot
bibliotheque = b|bibliotheque nacional de france crawler
bigsur = b|bigsur.ai
bingpreview = b|bingpreview/
binlar = s
bitbucket = b|bitbucket-webhooks
bitdiscovery = s
bitsightbot = s|bitsightbot/
blackboard = b|blackboard safeassign
blackbox = b|blackbox exporter/
blackduck = s|blackduck-fd
blexbot = b|blexbot/
bling = b|bling erp
blogtraffic = b|blogtraffic/
bluesky = b|bluesky/ & b|dazzle bluesky bot
bne = b|bne.es_bot
bnf = b|bnf.fr_bot
br = b|br-crawler
brightedge = b|brightedge crawler
brokenlinkcheck = b|brokenlinkcheck.com
browserbot = s|browserbot-observer
buck = b|buck/
butterfly = b|butterfly/
bw = b|bw/
callout = b|sfdc-callout/
capsule = b|wp time capsule
caveman = b|caveman-hunter
censysinspect = s|censysinspect/
centcombot = b|centcombot/
centro = b|centro ads.txt crawler
centuryb = b|centuryb.o.t9
centurybot9 = b|centurybot
cert = s|cert pl
certchief = s
certificate = s|test certificate info
certificates = b|google-certificates-bridge
chatglm = b|chatglm-spider
chatgpt = b|chatgpt-user
check = b|check_http
checker = b|dead link checker & b|w3c_i18n-checker & b|wpmu dev broken link checker
checklink = b|w3c-checklink
checkmarknetwork = b|checkmarknetwork/
chlooe = b|bot-pge.chlooe.com
chrome = b|ylt chrome
citations = b|poggio-citations
claritybot = b|claritybot/
class = b|^php-curl-class
classifier = b|bluesky-domain-status-classifier
classla = b|classla-web
claude = b|claude-user & b|claude-web
cliqzbot = b|cliqzbot/
cloudflare = b|cloudflare-autorag & b|cloudflare-csup & b|cloudflare-custom-error-page-crawler & b|cloudflare-prefetch & b|cloudflare-speedtest & b|cloudflare-stream-hook & b|cloudflare-stream-webhook & b|cloudflare-traffic-manager & b|cloudflare-validator & s|cloudflare-radar-scanner
cloudvertexbot = b|google-cloudvertexbot
code = b|code/1.
cognitiveseo = b|cognitiveseo bot & b|cognitiveseo.com
cohere = b|cohere-ai
collection = b|collection@infegy.com
companybook = b|companybook-crawler
compliance = b|xy-archive-compliance
content = b|content crawler spider & b|ttd-content
contentscan = b|netshelter contentscan
contextad = b|contextad bot
contextualbot = b|contextualbot|outcomes.net
converacrawler = b|convera
conversions = b|google-ads-conversions
cookiebot = s
cookiehub = s|cookiehub bot
cookiehubscan = s
cookiehubverify = s
cookieyesbot = s
corporama = b|corporama matcher
crazy = b|crazy egg
critical = b|critical css bot
criticalcss = b|criticalcss.com
cron = b|cron-job.org
crunchbot = b|^crunchbot
crusty = b|crusty/
csirt = s|csirt.cz
curl = b|^curl
current = b|current|rss reader
cxk = b|cxk_bot
cyberpatrol = s
daily = b|ps_daily/
datadog = b|datadog agent
dataprovider = b|dataprovider.com
daum = b|daum/
dbot = b|dbot)
dcrawl = b|^dcrawl
dead = b|rss-is-dead.lol web bot
deeper = b|digg deeper
detectify = s
detection = s|http banner detection
deusu = b|deusu/
developers = b|developers.google.com/+/web/snippet & s|https://developers.cloudflare.com/security-center/
df = b|df bot
diffbot = b|diffbot/
digicert = s|digicert dcv
digincore = b|digincore bot
digital = b|kaikki.org-digital-archive
dingtalkbot = b|dingtalkbot-linkservice
dirbuster = s
discourse = b|discourse forum onebox
dlc = b|dlc/
dlvr = b|dlvr.it
dnsscanner = s
domains = b|domains project/
dorkbot = s|ut-dorkbot
dotcom = b|dotcom-monitor
download = b|download ninja
downnotifier = b|downnotifier.com
downtimedetector = b|downtimedetector/
dratabot = s
dreamhost = b|dreamhost data team
duckduckgo = b|duckduckgo-favicons-bot
dvbot = b| dvbot
easycron = b|easycron/
ec2linkfinder = s
echoboxbot = b|echoboxbot/
emailwolf = s
encrypt = s|let's encrypt
enterprise = b|fast enterprise crawler
erepublik = b|erepublik.tools
europarchive = b|europarchive.org
ev = b|ev-crawler/
everyfeed = b|everyfeed-spider
expanse = s
explorer = b|offline explorer
extended = b|google-extended
externalads = b|meta-externalads/
externalagent = b|meta-externalagent/
externalfetcher = b|meta-externalfetcher/
externalhit = b|meta-externalhit/
extraction = b|rakuten image extraction bot
facebookcatalog = b|facebookcatalog/
favicon = b|google favicon
fedilist = b|fedilist agent
fediverse = b|minoru's fediverse crawler
fedreporter = b|fedreporter bot for ffiec
feeder = b|feeder / & b|feeder.co
feedfetcher = b|feedfetcher-google
feedly = b|^feedly
feedpresso = b|feedpresso content index bot
feedreader = b|cozi-icalendar-feedreader
feedsearch = b|feedsearch bot & b|feedsearch-crawler
fetch = b|fetch/ & b|node-fetch
fetcher = b|kagi-fetcher
filterdb = s|filterdb.iss.net/crawler
findfiles = b|findfiles.net
findlinks = b|findlink
foregenix = s
fr = b|fr-crawler
freespoke = b|; freespoke/
freewebmonitoring = b|freewebmonitoring sitechecker
friendly = b|friendly testing bot & b|friendly-spider
friendlycrawler = b|friendlycrawler/
fullstorybot = b|fullstorybot/
fuseonbot = b|fuseonbot/
fyndsearchengine = b|fyndsearchengine-crawler & b|fyndsearchengine-recrawler
g00g1e = b|g00g1e.net
g2reader = b|g2reader-bot
gabanzabot = b|gabanzabot/
gateway = b|reward-gateway
gdnplus = b|gdnplus.com
gemini = b|google-gemini-cli
generator = b|xml sitemaps generator
germany = b|crawler_eb_germany
get = b|http_get
getthit = b|getthit.com
giftedvisitor = b|giftedvisitor scan
gigablastopensource = b|gigablast
github = b|github-camo
globalwebsearchx = b|globalwebsearch
gluten = b|gluten free crawler/
gnam = b|gnam gnam spider
go = b|go-http-client
golfe = b|golfe/
google = b|google-agent
googleagent = b|googleagent-mariner
googlebot = b|googlebot-ia/ & b|googlebot-image & b|googlebot-mobile & b|googlebot-news & b|googlebot-video & b|googlebot/
gotsitemonitor = b|gotsitemonitor.com
grammarly = b|grammarly/
greppr = b|greppr web crawler
groovinaadsbot = b|groovinaadsbot/
grouphigh = b|grouphigh/
grover = b|grover/
grub = b|grub.org
gsa = b|gsa-crawler
guestpostsbot = b|guestpostsbot/
gulper = b|gulper web bot
hardenize = s
harsilbot = b|harsilbot/
headonlyscraperv2 = b|headonlyscraper
healthchecks = b|cloudflare-healthchecks
hello = b|hello world
helloworkjobpostingbot = b|helloworkjobpostingbot/
hgfalphaxcrawl = b|hgfalphaxcrawl/
hifibot = b|hifibot/
hlidam = b|hlidam.to robot
honeybadger = b|honeybadger uptime check
hosttracker = b|hosttracker/
hstspreload = s|hstspreload-bot
httpclient = b|^apache-httpclient
httpie = b|^httpie/
huckabot = b|huckabot/
huggingface = b|laion-huggingface-processor
hydrozen = b|hydrozen.io
hyperhost = b|web screen service by hyperhost
hyscore = b|hyscore.io
iaharvester = b|lac_iaharvester & b|nlnz_iaharvester & b|nlux_iaharvester
iaharvester2024 = b|nlnz_iaharvester
ias = b|ias crawler
iaskbot = b|iaskbot/
ibm = b|ibm crawler
icbot = b|icbot/
icc = b|icc-crawler
idg = b|idg/eu
ifttt = b|ifttt/
imagebot = b|skroutz imagebot
imagefetcher = b|imagefetcher/
imgproxy = b|imgproxy/ & b|slack-imgproxy
impact = b|impact.com agent
impendoom = b|impendoom-bot/
importmanager = b|easybill-importmanager
indexer = b|a6-indexer
inetdex = b|inetdex-bot
innguma = b|innguma/
inspectiontool = b|google-inspectiontool
inspector = b|ghost inspector
instapaper = b|instapaper/
integromat = b|integromat/
intelium = b|intelium_bot
intelligent = b|taragroup intelligent bot
intelx = b|intelx.io_bot
internetvista = b|internetvista monitor
investment = b|e.ventures investment crawler
ip = s|ip-web-crawler.com
ips = b|ips-agent
isdownbot = b|isdownbot/
isonai = b|isonai-user
isscyberriskcrawler = s|isscyberriskcrawler/
it2media = b|it2media-domain-crawler
iubenda = s|iubenda-radar/
james = b|james bot
jamie = b|jamie's spider
jetmon = b|jetmon/
jobswithgptcom = b|jobswithgptcom-bot
jugendschutzprogramm = s|jugendschutzprogramm-crawler
k7mlwcbot = s
kagibot = b|kagibot/
kangaroo = b|kangaroo bot
kangaroobot = b|kangaroobot/
kargobot = b|kargobot-artemis
kazbtbot = b|kazbtbot/
kb = b|kb.dk_bot
keycdn = b|keycdn-tools/
keydrop = s|keydrop.io
keys = b|keys-so-bot
kinsta = b|kinsta-bot
klaviyo = b|klaviyo/
knowledge = b|the knowledge ai
known = b|known agent
konturbot = b|konturbot/
krawlerbot = s
kukei = b|kukei.eu-bot/
kuma = b|uptime-kuma
l9explore = s
l9scan = s
labs = s|ssl labs
landau = b|landau-media-spider
lastmodbot = b|lastmodbot/
lb = b|lb-spider
lcc = b|^lcc 
lddc = b|bl.uk_lddc_bot
ldfc = b|bl.uk_ldfc_bot
legalmonster = s
level9searchbot = b|level9searchbot/
library = b|indy library
libwww = b|libwww-perl
lighthouse = b|chrome-lighthouse
lightspeedsystemscrawler = s
linerbot = b|linerbot/
linguee = b|linguee bot
linkace = b|linkace/
linkcheck = b|sentinel-linkcheck
linkchecker = b|mb-linkchecker
linkpreview = b|chatwork linkpreview & b|orlo-linkpreview/
linkreader = b|linkreader/
linksindexerbot = b|linksindexerbot/
linkwalker = b|linkwalker/
loopimprovements = b|loopimprovements.com
ltx71 = s
luminator = b|luminator-robots
lyonl = b|lyonl-asset-proxy & b|lyonl-crawler
machine = b|hype machine/
madbbot = b|madbbot/
maestro = s|cookie-maestro
magicsearchdev = b|magicsearchdev/
magnet = b|magnet.me-web/
magpie = b|magpie-crawler
magus = b|magus bot
mail = b|mail.ru
mainwp = b|mainwp/
make = b|make/
manus = b|manus-user
marginalia = b|search.marginalia.nu
marketgoo = b|marketgoo/
masscan = s
mattermost = b|mattermost-bot/
measure = b|web measure/
mediamonitoringbot = b|mediamonitoringbot/
mediapartners = b|mediapartners (googlebot) & b|mediapartners-google
mediavinemetadataparser = b|mediavinemetadataparser/
metadata = b|cc metadata scaper
metatagfetcher = b|mediumbot-metatagfetcher
microsoftpreview = b|microsoftpreview/
miniature = b|miniature.io/
miniflux = b|miniflux/
mirrorweb = b|mirrorweb.com
missinglettrbot = b|missinglettrbot/
mistralai = b|mistralai-user
mithril = b|mithril-crawler
mixnodecache = b|mixnodecache/
mobileok = b|w3c-mobileok
modularconnector = b|modularconnector/
mojeekbot = b|mojeekbot/
mollie = b|mollie http client
monitis = b|monitis -
monitoring = b|easydns monitoring & b|elmah.io uptime monitoring & b|irokez.cz monitoring & b|rackspace monitoring/ & b|server density service monitoring & b|synthetic-monitoring-agent/ & b|watchbot monitoring robot & b|yahoo ad monitoring
monitoring360bot = b|monitoring360bot/
monitorss = b|monitorss/
monspark = b|monspark/
montastic = b|montastic-monitor
montools = b|montools.com
motominerbot = b|motominerbot/
mrgbot = s|mrgbot/
mybot = b|mybot/
neighborhood = s|bad neighborhood header detector
nerdbynature = b|nerdbynature.bot
nessus = s
netcraft = b|netcraft web server survey & s|netcraft ssl server survey
netcraftsurveyagent = s
netestate = b|netestate ne crawler
neticle = b|neticle crawler
netpeakcheckerbot = b|netpeakcheckerbot/
netseer = b|netseer crawler
netsystemsresearch = s
network = b|prtg network monitor
newrelicbot = b|newrelicbot/
newsai = b|newsai/
newsbot = b|jpg-newsbot
newsgathering = b|new york times newsgathering
newsify = b|newsify feed fetcher
newsnow = b|newsnow/
newspaper = b|newspaper/
newsroom = b|newsroom.bi
niki = b|niki-bot
nikto = s
nimbostratus = b|nimbostratus-bot
ning = b|ning/
ninja = s|ninja bot
nitro = b|nitro-
nomore404 = b|nomore404.com robot
nooshub = b|nooshub/
notebooklm = b|google-notebooklm
notion = b|^notion/
novaact = b|novaact/
nstoolsbot = s|nstoolsbot/
odin = b|odin;
odklbot = b|odklbot/
ohdear = b|ohdear/
omnisend = b|omnisend/
oncrawl = b|oncrawl/
online = b|online domain tools & b|online-webceo-bot & b|wedos online
onlineornot = b|onlineornot.com_bot
opengraph = b|opengraph.io/ & b|python-opengraph
openvas = s
operator = b|operator/
optimize = b|acquia optimize
optimizer = b|optimizer)
orangebot = b|orangebot/
orbbot = b|orbbot/
overcast = b|overcast/
owler = b|;owler & b|owler (ows.eu & b|owler-w
pagepeeker = b|pagepeeker/
pagespeed = b|pagespeed/
paqlebot = b|paqlebot/
parser = b|rss-parser
patent = b|a patent crawler
paypal = b|paypal/
pcore = b|pcore-http
pdf24 = b|pdf24 url to pdf
peekbot = b|gg peekbot
peer39 = b|peer39_crawler
penthouse = b|penthouse critical path css generator
perplexity = b|perplexity-user
perplexitybot = b|perplexitybot/
physicalweb = b|google-physicalweb
pingadmin = b|pingadmin.ru/
pingdomtms = b|pingdom
pingping = b|pingping.io/
pinterest = b|pinterest.com/bot
pixalate = b|pixalate.com
playstore = b|playstore-google
pocketcasts = b|pocketcasts/
pomothy = b|pomothy-bot
potions = b|potions/
pr = b|pr-cy.ru
preserving = b|chrome privacy preserving prefetch proxy
preview = b|google web preview & b|page-preview-tool & b|snap url preview service & b|yahoo link preview
pricedroneshoppingbot = b|pricedroneshoppingbot/
priecobot = b|priecobot/
printfriendly = b|printfriendly.com
probe = b|s4a-probe-bot/
probelyspdr = s|probelyspdr/
productsup = b|productsup.io/crawler
projectshield = s|projectshield-urlcheck
protopage = b|protopage/
prtgcloudbot = b|prtgcloudbot/
ptst = b| ptst/ & b|^ptst/
pulsepoint = b|pulsepoint  & b|pulsepoint-crawler
pulsetic = b|pulsetic.com
python = b|python-urllib
pywikibot = b|pywikibot/
qualifiedbot = b|qualifiedbot/
quantcastbot = b|quantcastbot/
quora = b|quora-bot
rakutenusabot = b|rakutenusabot-image/
rambler = b|top100.rambler.ru crawler
rankurbot = b|rankurbot/
ravencrawler = b|ravencrawler/
rawweb = b|rawweb-bot
readable = b|readable/
red = b|red/
reelevant = b|reelevant/
remove = b|remove.bg/
requests = b|python-requests
research = b|gemini-deep-research & b|thesis-research-bot
researchscan = b|researchscan.comsys.rwth-aachen.de
retool = b|retool/
retrolistecom = b|retrolistecom/
reverseengineeringbot = s
revvimgort = b|revvimgort/
riddler = s|riddler (http://riddler.io
rigor = b|rigor)
robot = b|atom feed robot
robotschecker = b|robotschecker/
rssapi = b|rssapi/
rssbot = b|naver blog rssbot & b|rssbot/
s4a = b|s4a/
safednsbot = s
safesearch = b|safesearch microdata crawler
safety = b|google-safety
salesforce = b|salesforce.com
sandobacrawler = b|sandobacrawler/
sbintuitionsbot = b|sbintuitionsbot/
sbl = s|sbl-bot
scanner = b|vu-server-health-scanner/
scanning = s|air.ai/scanning & s|cypex.ai/scanning
scoop = b|scoop.it/
scourrssbot = b|scourrssbot/
scrapeherobot = b|scrapeherobot/
scraper = b|parse.ly scraper/
scraping = b|nyt_scraping & b|scraping@nytimes.com
screaming = b|screaming frog seo spider
screeenly = b|screeenly-bot
screenshot = b|plesk screenshot bot & b|vercel-screenshot
script = b|google-apps-script
scripting = s|nmap scripting engine
searchbot = b|amazing-searchbot & b|amzn-searchbot & b|aranet-searchbot & b|azureai-searchbot & b|claude-searchbot & b|dow jones searchbot & b|oai-searchbot
searchengine = b|flamingo_searchengine
sebot = b|sebot-wa
security = s|sansec security monitor/
securityheaders = s
seekbot = b|^seekbot
semaltbot = b|semaltbot/
semantic = b|semantic-visions
sempi = b|sempi.tech
sendgrid = b|sendgrid event api
sentry = b| sentry/ & b|^sentry/
sentryuptimebot = b|sentryuptimebot/
seo4ajax = b|seo4ajax.com
seostar = b|seostar.co
serpstatbot = b|serpstatbot/
serverhunterspider = b|serverhunterspider/
services = b|g2 web services & b|google trust services & b|trellis-services & s|google-trust-services/
seznamhomepagecrawler = b|seznamhomepagecrawler/
shopify = b|shopify-captain-hook
shortwave = b|shortwave image fetcher
sidetrade = b|sidetrade indexer bot
sincerasyntheticuser = b|sincerasyntheticuser/
sindresorhus = b|sindresorhus/got
sistrix = b|sistrix crawler
siteauditbot = b|siteauditbot/
sitecheck = b|sitecheck-sitecrawl
siteexplorer = b|siteexplorer.info
siteimprove = b|siteimprove.com
sitemaps = b|pro-sitemaps/
sitesearch360 = b|sitesearch360/
siteuptime = b|siteuptime.com
sleuth = b|xenu link sleuth
slickbot = b|slickbot/
smartfetch = b|opencode-smartfetch
smartologybot = b|smartologybot/
snapchatads = b|snapchatads/
snapurlpreview = b|snapurlpreview/
snipcart = b|snipcart/
social = b|rss.social
software = s|software-security-research
solarwinds = b|solarwinds/
sonic = b|sonic/
sora = b|sora pos/
spawning = b|spawning-ai
spectate = b|spectate/
spider = b|spider|spider.com
spinner = b|fidget-spinner-bot
splash = b|splash version/
spyderbot = b|factset_spyderbot
sqlmap = s
ssldetector = s|cloudflare-ssldetector
ssllabs = s|ssl labs (https://www.ssllabs.com
ssssbot = b|ssssbot/
stape = b|stape/
startmebot = b|startmebot/
startpageprivateimageproxy = b|startpageprivateimageproxy/
statabot = b|statabot/
statistikaustria = b|statistikaustria/
stats = b|fdl stats bot
storebot = b|storebot-google
streamline3bot = b|streamline3bot/
stripe = b|stripe/
structured = b|google-structured-data-testing-tool
sucuri = s
supabase = b|supabase paired crawler
synthetic = b|datadog synthetic
tactiscout = b|tactiscout/
tchelebi = b|tchelebi/
test = b|test-bot
tester = s|tls tester
testlocally = b|testlocally/
theoldreader = b|theoldreader.com
tiny = b|my-tiny-bot & b|tiny tiny rss
traackr = b|traackr.com
tracking = b|tracking-quality-spider
trae = b|trae/
training = b|cohere-training-data-crawler
trendictionbot0 = b|trendictionbot
trentwil = b|trentwil.es
trivial = b|lwp-trivial
trustly = b|trustly/
tumblr = b|tumblr/
turingos = b|tsm-turingos
twilioproxy = b|twilioproxy/
twinwavescanner = s
uaslinkchecker = b|uaslinkchecker/
um = b|um-fc & b|um-ic & b|um-ln
umbrella = b|carbon-umbrella-bot
unicorn = b|w3c_unicorn
unshorten = s|unshorten.it!
upday = b|upday/
updown = b|updown.io
uptime = b|uptime/ & b|www.uptime.com
uptimebot = b|elmahio-uptimebot & b|uptimebot.org & b|uptimebot/
urlbeebot = s
urlcheckr = b|urlcheckr/
urlsuma = b|urlsuma.de crawler
useebookchecker = b|useebookchecker/
vagabondo = b|vagabondo/
validator = b|schema-markup-validator & b|validator.nu & b|w3c_css_validator & b|w3c_validator
valve = b|valve/steam
vaultpress = s
verification = b|cloudflare-custom-hostname-verification & b|google-site-verification
verifier = s|do not track verifier
verispider = s
verity = b|verity/
viber = b|^viber
videootv = b|videootv bot
vigil = b|vigil/
virustotal = s
virustotalcloud = s|virustotal
visionheight = s|visionheight.com/scan
visitor = b|dark visitor
voluumdsp = b|voluumdsp-content-bot
vsusearchspider = b|vsusearchspider/
wanscannerbot = s
wardbot = b|wardbot/
watchagent = b|sv-watchagent
watchtowr = s
webceo = b|webceo online/
webcrawler = b|cispa webcrawler & b|fast-webcrawler
webgains = b|webgains-bot
webhooks = b|recurly webhooks/ & b|svix-webhooks/
webindexer = b|meta-webindexer
webmon = b|webmon 
weborama = b|weborama-fetcher
webprosbot = b|webprosbot/
website = b|website-info.net-robot
websniffer = b|websniffer/
webwikibot = b|webwikibot/
wesee = b|wesee:search
whatsapp = b|^whatsapp
whatsmyip = b|whatsmyip.org
whatweb = s|whatweb/
wheregoes = b|wheregoes.com
wheresitup = b|wheresitup.com/
whoiswebsitebot = b|sitebot
wirereaderbot = b|wirereaderbot/
wjhro = b|wjhro/
wknd = b|wknd-bot
wmtips = b|wmtips.com/
woorankreview = b|woorankreview/
wordcountbot = b|wordcountbot/
wordpress = b|wordpress/
wordup = b|wordup-1
workona = b|workona-favicon-service/
wovn = b|wovn crawler
wovncrawler = b|wovncrawler/
wowlink = b|wowlink crawler/
wpbot = b|wpbot/
wpmu = b|wpmu dev hub
wpmudev = b|wpmudev uptime monitor
wpscan = s
wpsec = s|wpsec/
wsm = b|wsm/
wtotem = s
xing = b|xing bot
xrawler = b|google-xrawler
y = b|y!j
yak = b|yak/
yandex = b|yandex.com/bots
yandexrenderresourcesbot = b|yandexrenderresourcesbot/
yextbot = b|yextbot/
yokoygroupag = b|yokoygroupag/
yunguance = b|baidu-yunguance
zebra = b|zebra-v2-bot
zenback = b|zenback bot
zendesk = b|zendesk webhook
zgrab = s
zmeu = s
zombiebot = b|zombiebot/
zoominfo = b|zoominfo-
zoterotranslationserver = b|zoterotranslationserver/wmf
zuperlistbot = b|zuperlistbot/
""".replace(" = ", "\n").splitlines()

CRAWLERS = dict.fromkeys(_ALONE, "b")
CRAWLERS.update(zip(_OTHERS[::2], _OTHERS[1::2], strict=True))
