"""Words of crawlers' user agents. Made by tools/visitors/build.py: do not edit.

From crawler-user-agents, Copyright (c) 2017 Martin Monperrus, and crawlerdetect, Copyright (c) 2019
Vitalii Shishorin, both under the MIT License.
"""

# ruff: noqa: E501, SIM905, W291

SOURCE = "crawlers 1.67.0 0.4.2"

_ALONE = """\
13tabs 1pilot 360spider 404enemy 7siters 80legs abevalbot abonti aboundex aboutthedomain
academicbotrtu acapbot accessstatus acoon acoonbot activecomply adagiobot addsearchbot addthis
adidxbot adkerneltopiccrawler admantx adminlabs adressendeutschland adscanner adstxtaggregator
adstxtcrawler advbot adventurer agakidsbot agencyanalyticsbot agentslug ahrefs ahrefsbot
ahrefssiteaudit ai2bot aihit aihitbot aiohttp aisearchbot alertra alertsite alexandriaorgbot
alienfarm allafrica alligator allloadin allorigins allsubmitter alphabot amagit amazonadbot
amazonbot amazonbuyforme amazonproductdiscovery amazonsellerinitiatedlisting anarchie anderspinkbot
anemone anglesharp anomura anthill anyevent apachebench apercite apexoo apifybot
apifywebsitecontentcrawler appinsights applebot applesyndication appsiteassociation arabot arachmo
arachnode arachnophilia aranea archivebot archivebox aria2 arquivobot arukereso asafaweb askquickly
aspiegelbot aspseek asterias asynchttp attohttpc attracta atvowbot audigentadbot audistobot authory
automaticwptester automaton awariobot awariorendererbot awariorssbot awariosmartbot awesomecrawler
axios backlinkcrawler backlinkhttpstatus backstreet backupland badass baiduadsbot baiduspider bandit
barkrowler basicstate batchftp bazqux bbbike bcklinks bdcbot bdfetch beeperbot begunadvertising
behloolbot bestchange betabot betteruptimebot bidswitchbot bidtellect bigbozz bigfoot biglotron
bigupdatabot binarycanary bingbot binglocalsearch bitacle bitbot bitlybot blackwidow blekkobot
blingerp blockaid blogbridge bloglines bloglovin blogmurabot blogpulselive blogsearch blogtrottr
blogvault blowfish blueskypreviewbot bnfbot boardgamepricesbot bomborabot botify botpoke boxcarbot
bpimagewalker brainobot brandonbot brandprotect brandverity brandwatch bravebot brightbot
browsershots btwebclient bubing bublupbot buddybot bufferlinkpreviewbot bugsnag builtwith bullseye
bunnyslippers bushbaby buttondown buzzbot buzzsumo bytespider cakephp calculon caliberbot caliperbot
capitalonebot capitaloneshopping capsulechecker capterrabot careerbot caretnail catchpoint
catexplorador ccbot cdscbot cegbfeieh censys centurybot certytags changedetection changesmeter
channable channel3bot chargebeebot charlotte checkhost checkly checkprivacy cherrypicker chinaclaw
chirp chromaxa cincraw cirrusexplorer citeseerxbot citoid cjnetworkquality clarsentia claudebot
clearscopebot clickagy clickuplinkunfurler cloudendure cloudflareradarurlscanner cloudinary
cloudtrellis cludo cmschecker cocolyzebot codabot coldfusion collapsify colly commafeed commonscan
contactbigdatafr contentkingapp contxbot convera convermax cookiereports copyrightcheck copyscape
cotoyogi coveobot crawl4ai crawler4j crawlson crawlyprojectcrawler crescent criteo criteobot
cronless crowsnest crystalsemanticsbot cshttp csscheck curb curebot customasynchttpclient cutbot
cxensebot cybaabot cyberfindcrawler cyotekwebcopy dareboost daspeedbot databasedrivermysqli
datacha0s datadogsynthetics datafeedwatch dataforseobot datagnionbot datanyze dataparksearch dataxu
daumoa dbpoweramp ddline deadlinkchecker debugbear deepcrawl deepnoc deepseekbot deeris deskyobot
determ devin digg digitalpebble discobot discordbot disqus dittospyder dmbot dmbrowser dnbcrawler
dnyzbot docoloc domainappender domaincrawler domainlabz domainstatsbot domcopbot dominicbot dotbot
dotsemantic downforeveryoneorjustme dragonbot drataautopilot drip drupact drupalbot ds9 dubaiindex
dubbotbot duckassistbot duckduckbot dynatracesynthetic earthcom easydl ebingbong ecatch eccp
ecovadissustainabilitybot ecxi edansbot edgewatch edisterbot eirgrabber electricmonk elefent
elisabot embarcadero embedly emoneybot epicbot epivozcrawler eright evernoterichlinkbot
everyonesocialbot evidon evouptimebot evrinid exabot exactsearch exaleadcloudview exif
exodusmovement exorank experibot exploratodo extecontextcrawl extlinksbot eyenetie eyeotabot ezgif
ezid ezlynx ezoicbot ezooms facebookbot facebookexternalhit facebookexternalua facebookplatform
facebot fairshare fastdast fasthttp fastmailua faveeo faviconarchive faviconkit favorg fedicabot
fedidb fediindex fedineko fedistatscrawler fedoraplanet fedreporterdatabot feedbin feedbooster
feedbot feedbucket feedburner feedflow feedshowonline feedspot feedvalidator feedwind feedzcollector
feeltiptop femtosearchbot fever fhscan filestack fimap finditanswersbot findlink findthatfile
findxbot fiperbot firecrawlagent firmograph fleebsbot flipboardbrowserproxy flipboardproxy
flipboardrss fluffy flunky flynxapp flyriverbot forensiq forusp foundseotool freeuploader freshbot
freshpingbot freshrss friendica frontman fuelbot funnelback fyrebot gaisbot ganarvisitas
garlikcrawler geedobot geedoproductsearch geedoshopproductfinder genieo genomecrawlerd gentlesource
getcode getintent getlinkinfo getprismatic getroot getweb geziyor gigablast gigabot gingercrawler
globalwebsearch gnowitnewsbot gobuster gobyus gofeed gofetch gomezagent gooblog goodzer
googleassociationservice googledocs googleimageproxy googlemessages googleother googleprober
googleproducer googlesites googlestackdrivermonitoring gookey goparserbot gopay gospotcheck gotit
gotosocial gowikibot gozilla gptbot grabify grabnet grafula grapefx grapeshotcrawler gregarius
gregcrawler grequests grobbot grokkit groupmebot gslfbot gtmetrix guzzlehttp gwene haansoft halobot
hanaleibot happywing hatena haveinlistenricher havij hawaiibot haxermen hcardvalidator
headlesschrome headmasterseo headonlyscraper henkbot heritrix hetrixtools hexometer historious
hkedcity hloader hmview holmes honesosearchengine honeybadgerbot hosterstats hotjar htdig htmlparser
htmlyse httpcomponents httphr httpmon httprequest httpscheck httpunit httpurlconnection httpx
httrack huaweisymantec hubspot humanlinks hypestat iaskspider iblog iboubot ichiro ideelaborplagiaat
iframely igdespyder igoogleportal iltrovatore imagemind imagesiftbot imagespider imagga imagineeasy
img2dataset imgsizer imrbot inagist inboxb0t indeedbot indeedjobbot ineturl infegy infohelfer
infoobot infosifter infotekies innologica instabid integromedb intelliseek interfaxscanbot interget
internetmeasurement internetseer internetwache iodc ioi ioncrawl iplabel iria irlbot irokez iskanie
isonsearchbot istellabot izabee izsearch jahho janforman jbrofuzz jetcar jetslide jetty jobboerse
jobboersebot jobo jobrapido jolokiapwn jooblebot joomla jorgee jumio junglekeythumbnail justview
jyxobot kemvibot kendrabot keybasebot kickfire kocmohabt komodiabot kosmiobot kouio krynos kstandbot
kubectl kulturarw3 kumkie kunatocrawler larbin laserlikebot leechftp leechget leikibot lemmy
letsencrypt lftp libwhisker licorne lightspeedsystems likse linespider linkanalyser linkapediabot
linkarchiver linkcheckerbot linkdex linkedinbot linkexaminer linkfluence linkisbot linko linkpadbot
linkpeek linkscan linksmanager linktiger linkupbot lipperhey listgembot livelapbot lmarenaunfurlbot
loadimpactrload logicmonitor loomlybot lssbot lssrocketcrawler mabontland macocu macrobondbot
magellan magibot magnetmebot magpierss mailchimp majestic12 managewp mandrill mappercmd mappydata
marketinggrader marketingminer markmonitor markwatch mastodon matchorysearch mauibot mavifinds
mbcrawler mcontextualbot mechanize medialogiabot mediametric mediatoolkitbot mediawords megaindex
meltwaternews memgator memorybot mergadobot metainspector metajobbot metaspinner metauri metorik
mgidbot microsearch miixpc mindupbot minicrawler mirrorwebcrawler mixnode mixrankbot mj12bot mlbot
mnogosearch moatbot modatscanner modernizebot mogimogi mojeek monibot monsidobot montasticmonitor
moodlebot moreover movabletype mrcgiguy msfrontpage mshots msnbot msrbot mtrobot muckrack
multiviewbot mvaclient mxtoolbox myseosnapshot nagios nameprotect nanointeractive napbot
nationalarchives naverbot navroad nbertaupete95 nearsite needle neevabot nerdybot nestdaddybot
netapi netlyzer netmechanic netpursual netresearch netresearchserver netsparker nettle nettrack
netumo netvibes netvigie netzip neutrinoapi newrelicpinger newrelicsynthetics newsblur
newsharecounts newsme nghttp2 nibbler nicecrawler nicerspro nicheindex nihilscio nineconnections
nitrobot nixstatsbot noahbot nodemeter nodeping noibu noorobot nostocrawlerbot notabot notifixious
notifyninja notionembedder novellum ntentbot nuhk nutch nuzzel nvdorz nwormfeedfinder nymesis nyu
observepoint ocarinabot oegp officestorebot ogscrper oicrawler okhttp omgili omsc onetrust
opencalaissemanticproxy openfind opengraphcheck openhosebot openindexspider openlinkprofiler openrss
opentheboxbot outbrain outclicksbot outsellurlvalidator owlin oxfordcloudservice page2rss
pagefreezer pagegrabber pagescorer pagething pandalytics pangubot panopta panscient paperlibot
parselysharesbot parsijoo pavuk pcbrowser pearltrees peerindex peew perplexityuser petalbot
phantomjs phindbot phpcrawl phpservermon phxbot picscout picsearch picturefinder pimonster
pingability pingdom pingoscope pingspot piplbot pixray pizilla plagawarebot playwright plukkie
plumanalytics pocketimagecache pocketparser pockey podchaserparser podimo poduptime pompos porkbun
postano postmanruntime postpost postrank prebid prerender pressenginebot primalbot prittorrent
privacyawarebot prlog probethenet project25499 prospectb2b prowebwalker proximic psbot pump
puppeteer purebot pwabuilderhttpagent qcbot qrafterpro qseero qualidator qualys queuedriver qwantbot
qwantify qwarrybot radian6 radiopublicimageresizer rankactive rankactivelinkbot rankflex
ranksonicsiteauditor reactornetty rebelmouse redditbot refindbot reget regionstuttgartbot
repolookoutbot repomonkey researchbot responsecodetest restsharp retrevopageanalyzer ridderbot rivva
robosourcer robozilla rogerbot rsiteauditor rss2tg rssingbot rssreaderbot ruxitsynthetic ryowlengine
rytebot salesintelligent saleslift saucenao sbider scanalert scooter scope3 scoutjet scouturlmonitor
scrapy screenshotservice scribdbot scrubby scrunchbot search37 searchatlas searchenginepromotionhelp
searcherweb searcherxweb searchestate searchexpress searchsight searchwp seeker seekport seewithkids
selenium semanticbot semanticdiscovery semanticjuice semanticscholarbot semrush semrushbot sentibot
senutobot seobility seobilitybot seocentro seocheck seocompany seogets seokicks seolizer seolyt
seomoz seoprofiler seoscanners seosearch seositecheckup seostats seoulbot sequelwp
serankingbacklinksbot serendeputybot serptimizerbot serverdensity servernfo sexsearcher seznambot
shapbot shelob shodan shoppimon shopwiki shortlinktranslate shortpixel shrinktheweb sideqik siege
silktide simplecrawler simplepie simplescraper simplyfast sindup siphon sirdatabot site24x7 sitebar
sitebeam sitebot sitebulb sitecheckerbotcrawler sitecondor siteguardian siteindexed sitelock
sitemapgenerator sitemonitor sitescorebot sitesnagger sitesoverpagesbot sitesucker sitetruth
sitevigil skroutzbot skypeuripreview skyworkspider slaccalebot slackbot sleepbot slurp slysearch
smarshbot smtbot smtnetpmbot smurlexpander snacktory snapsearch sniffrss sniptracker snoopy
socialrankiobot sortsite sosospider sottopop sottopopnone spacebison spamexperts spammen spanner
sparkpost sparkshipping spaziodati spbot spdycheck specificfeeds speedkit speedy speng spiderling
spinn3r splunk springservebot spyonweb sqlworm sqwatcher sqworm stackrambler statsdronebot
statuscake statusnestbacklinkspider steeler stepstonecrawlbot storygizebot stractbot studiofaca
suchen summalybot summify superfeedr superhttp surdotlybot surveybot sustainabilitycrawler suzuran
swiftbot swifteqlinkchecker swimgbot swisscows synapse synthesibot sysomos sysscan szukacz
t0phackteam t3versionsbot taboolabot tagoobot takeout tangibleebot tarmotgezgin tavilybot
telegrambot teleport telesoft telesphoreo telesphorep teoma termly terracotta terrainformatica
testcrawler testuri tetrahedron textrazor theinternetrules theinternetsearchx thenomad thinkbot
thinklab thousandeyes thumbor thumbshots thumbsniper tigerbot tiktokspider timpibot tineye toata
tombapublicwebcrawler toplistbot topster toutiaospider tracemyfile trackuity trafilatura trapitagent
trendiction trendictionbot trendsmap trendsmapresolver trendspottr trove trovitbot truwogps tryjsoup
tsmbot tulipchain turnitin tweakers tweetedtimes tweetmemebot tweetminster twengabot twibble twikle
twinagent twingly twitterbot twurly typhoeus uclassify udmsearch ugaresearchagent uipbot unchaos
undici universalfeedparser unshortenit untiny unwindfetchor upflow uptimedoctor uptimerobot
uptimestatistics uptimia uptrends urlappendbot urlitor urlresolver urlstat urlsumabot urltester
usinenouvellecrawler vbseo vci vebidoobot velenpublicwebcrawler veoozbot vercelbot videootvbot
virusdie visionutils vkrobot vkshare vmcrawl voideye voil voilabot voltron vuhuvbot vyu2 wadoobot
wakeletlinkexpander wallpapershd wangling wappalyzer watchforbot watchful watchmouse wayback
wbsearchbot webalta webauskunft webauto webcapture webcollage webcompanycrawler webcookies webcopier
webcorp webdatastats webdoc webenhancer webfetch webflow webfuck webgazer webimagecollector
webimages webindex webkit2png webleacher webmastercoffee webpix webreaper websauger webscreenie
webshag webshot websiteops websitepulse websitequester websnapr webspidermount webster webstripper
websucker webthumbnail webwhacker webzio webzip welikelinks wellknownbot wepa wepchsearchengine wf84
wget whatcms whibse whorunscoinhive wikido wisebot wkhtmlto wocbot woko woobot wordupinfosearch
woriobot worldbot wormlybot wotbox wpif wpumbrella wrtnbot wscheck wtrace wwwoffle
xaxissemanticsclassifier xovibot xovionpagecrawler xpymep yaanb yacy yacybot yahoocachesystem
yahoomailproxy yahooysmcm yandeg yandorirssbot yanga yellowbrandprotectionbot yelpspider yeti
yisouspider yooglifetchagent yoozbot yottaamonitor youbot youdaobot yuuperbot zabbix zade zanistabot
zao zapier zauba zealbot zend zermelo znajdzfoto znhttp zoombot zoominfobot zumbot zyborg zzhbot
""".split()

_OTHERS = """\
007ac9 = b|007ac9 crawler
008 = b|008/
20downloader = b|realplayer%20downloader
2gdpr = b|2gdpr/
2ip = b|2ip bot & b|2ip.ru
9bot = b|9bot/
a360 = b|a360-search
a3logics = b|a3logics.in
aasa = b|aasa-bot
abfrage = b|http-header-abfrage
abuse = s|abuse.xmco.fr
accessible = b|accessible web bot
accoona = b|accoona-ai-agent
acebookexternalhit = b|acebookexternalhit/
acrylicapps = b|acrylicapps.com/pulp
acunetix = s
adauth = b|adauth/
adbeat = b|adbeat.com & b|adbeat_bot
adreview = b|adreview/
ads = b|google-ads
adsbot = b|adsbot-google & b|adsbot-iab
adstxt = b|adstxt-worker & b|adstxt.com
advanced = b|advanced_crawler
advisor = b|emoney advisor
adwords = b|google-adwords-express & b|google-adwords-instant
aether = b|^aether
affiliatelabz = b|affiliatelabz/
affilimate = b|affilimate-puppeteer
agentcore = b|amazon-bedrock-agentcore-browser
aggregator = b|zemanta aggregator
ahc = b|ahc/
ahead = b|go-ahead-got-it
akismetbot = s
akka = b|akka-http/
akula = b|akula/
alexa = b|alexa site audit
alexabot = b|exabot
algolia = b|algolia crawler
alittle = b|alittle client
aliyunsecbot = s
aloud = b|google-read-aloud
alwaysonline = b|cloudflare-alwaysonline
alyze = b|alyze.info
amphp = b|amphp/http-client
amphtml = b|google-amphtml
amzn = b|amzn-user
analyser = b|cispa web analyser
anchor = b|anchor browser
animator = b|domain re-animator bot
annotate = b|annotate_google
anthropic = b|anthropic-ai
antibot = s
anturis = b|anturis agent
apache = b|apache ant/ & b|apache droid
apimon = b|apimon.de
apis = b|apis-google
aportworm = b|aportworm/
appbeat = b|appbeat/
appengine = b|appengine-google
application = b|sap netweaver application server
appsviewer = b|google appsviewer
aprc = b|aprc/
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
asana = b|^asana/
asnriskscorer = s
atlassian = b|atlassian-bot
audisto = b|audisto crawler
audit = b|seo-audit-check-bot/ & s|feed image audit
auto = b|web auto
autocite = b|easybib autocite
autoconfig = b|autoconfig test from ustc
autoproxy = b|winhttp-autoproxy-service
awin = b|awin.com
aymapi = b|^php-aymapi/
b = b|b-l-i-t-z-b-o-t
b0t = b|^b0t
b2b = b|b2b bot
backlink = b|backlink-ceck
barracuda = b|barracuda sentinel (ee)
batch = b|evc-batch
battleztar = b|battleztar bazinga
baypup = b|baypup/
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
bkctwitterunshortener = b|bkctwitterunshortener/
blackboard = b|blackboard safeassign
blackbox = b|blackbox exporter/
blackduck = s|blackduck-fd
blexbot = b|blexbot/
bling = b|bling erp
blocknote = b|blocknote.net
blogtraffic = b|blogtraffic/
bluefish = b|^bluefish 
bluesky = b|^bluesky/ & b|dazzle bluesky bot
bne = b|bne.es_bot
bnf = b|bnf.fr_bot
boitho = b|boitho.com-dc
boost = b|boost.beast
br = b|br-crawler
braintree = b|braintree-webhooks
brightedge = b|brightedge crawler
brodie = b|brodie/
brokenlinkcheck = b|brokenlinkcheck.com
browserbot = s|browserbot-observer
browserkit = b|symfony browserkit & b|symfony2 browserkit
buck = b|buck/
burf = b|burf search
butterfly = b|butterfly/
bw = b|bw/
caam = b|caam/
calendar = b|google-calendar-importer
callout = b|sfdc-callout/
calypso = b|^calypso v/
capsule = b|wp time capsule
capture = b|web-capture.net
caveman = b|caveman-hunter
censysinspect = s|censysinspect/
centcombot = b|centcombot/
centro = b|centro ads.txt crawler
centuryb = b|centuryb.o.t9
centurybot9 = b|centurybot
cerberian = b|cerberian drtrs
cert = s|cert pl
certchief = s
certificate = s|test certificate info
certificates = b|google-certificates-bridge
chatglm = b|chatglm-spider
chatgpt = b|chatgpt-user
chatterino = b|chatterino-api-cache
check = b|check_http
checker = b|dead link checker & b|w3c_i18n-checker & b|wpmu dev broken link checker
checklink = b|w3c-checklink
checkmarknetwork = b|checkmarknetwork/
chkme = b|chkme.com
chlooe = b|bot-pge.chlooe.com
chrome = b|ylt chrome
citations = b|poggio-citations
claritybot = b|claritybot/
class = b|^php-curl-class
classifier = b|bluesky-domain-status-classifier
classla = b|classla-web
claude = b|claude-user & b|claude-web
clips = b|clips.ua.ac.be
cliqzbot = b|cliqzbot/
cloudflare = b|cloudflare-autorag & b|cloudflare-csup & b|cloudflare-custom-error-page-crawler & b|cloudflare-prefetch & b|cloudflare-speedtest & b|cloudflare-stream-hook & b|cloudflare-stream-webhook & b|cloudflare-traffic-manager & b|cloudflare-validator & s|cloudflare-radar-scanner
cloudvertexbot = b|google-cloudvertexbot
cmcm = b|cmcm.com
code = b|code/1.
cognitiveseo = b|cognitiveseo bot & b|cognitiveseo.com
cohere = b|cohere-ai
collage = b|web collage
collection = b|collection@infegy.com
collector = b|www-collector-e
comagent = b|192.comagent
comodo = b|^comodo dcv
companybook = b|companybook-crawler
compatible = b|compatible; coccoc & b|compatible; goodreads & b|compatible; mail.ru
compliance = b|xy-archive-compliance
component = b|ipworks http/s component & b|poe-component-client-http
compression = b|http_compression_test
console = b|google search console
consumer = b|yoleo consumer
content = b|content crawler spider & b|ttd-content
contentscan = b|netshelter contentscan
contenttabreceiver = b|xing-contenttabreceiver
contextad = b|contextad bot
contextual = b|contextual code sites explorer
contextualbot = b|contextualbot|outcomes.net
converacrawler = b|convera
conversions = b|google-ads-conversions
cookiebot = s
cookiehub = s|cookiehub bot
cookiehubscan = s
cookiehubverify = s
cookieyesbot = s
copyright = b|copyright sheriff
corax = b|^corax
corporama = b|corporama matcher
cortex = b|cortex/
cosmos4j = b|cosmos4j.feedback
covario = b|covario-ids
cpanel = b|cpanel-http-client
craw = b|craw/
crazy = b|crazy egg
critical = b|critical css bot
criticalcss = b|criticalcss.com
cron = b|cron-job.org
crunchbot = b|^crunchbot
crusty = b|crusty/
crwlr = b|caam dot crwlr at gmail dot com
csirt = s|csirt.cz
cula = b|cula/
curious = b|curious george
curl = b|^curl
current = b|current|rss reader
cuwhois = b|cuwhois/
cxk = b|cxk_bot
cyberpatrol = s
cybo = b|cybo.com
daily = b|ps_daily/
dart = b|^dart/
datadog = b|datadog agent
dataminr = b|help@dataminr.com
dataprovider = b|dataprovider.com
daum = b|daum/
davclnt = b|^davclnt
dbot = b|dbot)
dcrawl = b|^dcrawl
dead = b|rss-is-dead.lol web bot
deeper = b|digg deeper
default = b|google pp default
delve = b|delve.ai
detectify = s
detection = s|http banner detection
deusu = b|deusu/
developers = b|developers.google.com/+/web/snippet & s|https://developers.cloudflare.com/security-center/
df = b|df bot
dhsh = b|^dhsh
diagnostics = b|microsoft windows network diagnostics
diffbot = b|diffbot/
digicert = s|digicert dcv
digincore = b|digincore bot
digital = b|kaikki.org-digital-archive
dingtalkbot = b|dingtalkbot-linkservice
dirbuster = s
directory = b|biz_directory
discourse = b|discourse forum onebox
discovery = b|jobfeed discovery
dlc = b|dlc/
dlvr = b|dlvr.it
dnsscanner = s
docker = b|^docker/
document = b|www::document
dolphin = b|dolphin http client
domains = b|domains project/
dorkbot = s|ut-dorkbot
dotcom = b|dotcom-monitor
dotmailer = b|dotmailer content retrieval
download = b|download ninja
downloader = b|favicon downloader & b|mass downloader & b|sc-downloader & b|textrazor downloader & b|web downloader/
downnotifier = b|downnotifier.com
downtimedetector = b|downtimedetector/
dratabot = s
dreamhost = b|dreamhost data team
drupal = b|drupal (+http://drupal.org/)
dts = b|dts agent
duckduckgo = b|duckduckgo-favicons-bot
duplexweb = b|duplexweb-google
dvbot = b| dvbot
easycron = b|easycron/
ec2linkfinder = s
echoboxbot = b|echoboxbot/
econtext = b|econtext/
emacs = b|url/emacs
email = b|email wolf
emailwolf = s
encrypt = s|let's encrypt
endo = b|endo/
engine = b|lucee (cfml engine)
enhancer = b|web enhancer
enterprise = b|fast enterprise crawler
erepublik = b|erepublik.tools
europarchive = b|europarchive.org
ev = b|ev-crawler/
eventmachine = b|eventmachine httpclient
everwall = b|everwall link expander
everyfeed = b|everyfeed-spider
expander = b|smrf url expander
expanse = s
expert = b|the expert html source viewer
explorer = b|offline explorer
exposurescanner = b|^exposurescanner
exractor = b|email exractor
extended = b|google-extended
externalads = b|meta-externalads/
externalagent = b|meta-externalagent/
externalfetcher = b|meta-externalfetcher/
externalhit = b|meta-externalhit/
extraction = b|rakuten image extraction bot
extreme = b|extreme picture finder
eye = b|cg-eye
facebook = b|cf-facebook
facebookcatalog = b|facebookcatalog/
faraday = b|faraday v
faster = b|fuzz faster u fool
favicon = b|google favicon
fediact = b|fediact service
fedilist = b|fedilist agent
fediverse = b|minoru's fediverse crawler
fedreporter = b|fedreporter bot for ffiec
feedbunch = b|feedbunch/
feeder = b|feeder / & b|feeder.co
feedfetcher = b|feedfetcher-google
feedly = b|^feedly
feedpresso = b|feedpresso content index bot
feedreader = b|cozi-icalendar-feedreader
feedsearch = b|feedsearch bot & b|feedsearch-crawler
feedshow = b|feedshow/
feedviewer = b|feedviewer/
fetch = b|fetch/ & b|node-fetch
fetcher = b|kagi-fetcher
filterdb = s|filterdb.iss.net/crawler
findfiles = b|findfiles.net
findlinks = b|findlink
firebase = b|google-firebase
florienzh = b|florienzh/
foregenix = s
fr = b|fr-crawler
fragfinn = b|fragfinn.de
freespoke = b|; freespoke/
freewebmonitoring = b|freewebmonitoring sitechecker
friendly = b|friendly testing bot & b|friendly-spider
friendlycrawler = b|friendlycrawler/
fuck = b|web fuck
fullstorybot = b|fullstorybot/
fuseonbot = b|fuseonbot/
fyndsearchengine = b|fyndsearchengine-crawler & b|fyndsearchengine-recrawler
g = b|g-i-g-a-b-o-t
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
geturlinfo = b|geturlinfo/
giftedvisitor = b|giftedvisitor scan
gigablastopensource = b|gigablast
git = b|^git/
github = b|github-camo
gitlab = b|gitlab/
globalwebsearchx = b|globalwebsearch
gluten = b|gluten free crawler/
gnam = b|gnam gnam spider
go = b|go-http-client
goldfire = b|goldfire server
golfe = b|golfe/
google = b|google-agent
googleagent = b|googleagent-mariner
googlebot = b|googlebot-ia/ & b|googlebot-image & b|googlebot-mobile & b|googlebot-news & b|googlebot-video & b|googlebot/
googlehc = b|googlehc/
goose = b|^goose/
goosee = b|^goosee-audit
gotsitemonitor = b|gotsitemonitor.com
grabber = b|^grabber & b|ecairn-grabber
gradle = b|^gradle/
grammarly = b|^grammarly/
greppr = b|greppr web crawler
groovinaadsbot = b|groovinaadsbot/
grouphigh = b|grouphigh/
grover = b|grover/
grub = b|grub.org
gsa = b|gsa-crawler
gsoap = b|gsoap/
gt = b|gt::www
guestpostsbot = b|guestpostsbot/
gulper = b|gulper web bot
gvfs = b|gvfs/
haaartland = b|haaartland http client
haartland = b|haartland http client
hackney = b|hackney/
hadi = b|hadi agent
happyapps = b|happyapps-webcheck
hardenize = s
harsilbot = b|harsilbot/
headonlyscraperv2 = b|headonlyscraper
healthchecks = b|cloudflare-healthchecks
heartrails = b|heartrails_capture
hello = b|hello world
helloworkjobpostingbot = b|helloworkjobpostingbot/
hgfalphaxcrawl = b|hgfalphaxcrawl/
hifibot = b|hifibot/
hledejlevne = b|hledejlevne.cz
hlidam = b|hlidam.to robot
holubem = b|holubem.eu
honeybadger = b|honeybadger uptime check
hookshot = b|github-hookshot
hootsuite = b|hootsuite image proxy & b|hootsuite-webfeed
hosttracker = b|hosttracker/
hoteladsverifier = b|google-hoteladsverifier
hstspreload = s|hstspreload-bot
ht = b|ht://check
httpasyncclient = b|apache-httpasyncclient
httpc = b|mio_httpc
httpclient = b|^apache-httpclient
httpie = b|^httpie/
httping = b|^httping
httplib = b|cpp-httplib
httplib2 = b|python-httplib2
httpssites = b|httpssites_power
huckabot = b|huckabot/
huggingface = b|laion-huggingface-processor
hunter = b|roi hunter
hurdler = b|qirina hurdler
hydrozen = b|hydrozen.io
hyperhost = b|web screen service by hyperhost
hyscore = b|hyscore.io
i2kconnect = b|i2kconnect/
iaharvester = b|lac_iaharvester & b|nlnz_iaharvester & b|nlux_iaharvester
iaharvester2024 = b|nlnz_iaharvester
ias = b|ias crawler
iaskbot = b|iaskbot/
ibm = b|ibm crawler
icbot = b|icbot/
icc = b|icc-crawler
id = b|id-search
idg = b|idg/eu
idwhois = b|idwhois/
ifttt = b|ifttt/
imagebot = b|skroutz imagebot
imageengine = b|imageengine/
imagefetcher = b|imagefetcher/
imagevisu = b|imagevisu/
imgproxy = b|imgproxy/ & b|slack-imgproxy
impact = b|impact.com agent
impendoom = b|impendoom-bot/
importmanager = b|easybill-importmanager
inbound = b|inbound.li parser
indexer = b|a6-indexer
inetdex = b|inetdex-bot
infowizards = b|infowizards reciprocal link
infrawatch = b|infrawatch/
innguma = b|innguma/
inoreader = b|inoreader.com
inpwrd = b|inpwrd.com
insights = b|google page speed insights
inspectiontool = b|google-inspectiontool
inspector = b|ghost inspector
instapaper = b|^instapaper/
integromat = b|integromat/
intelium = b|intelium_bot
intelligence = b|name intelligence
intelligent = b|taragroup intelligent bot
intelx = b|intelx.io_bot
internet = b|internet ninja & b|internet_archive
internetvista = b|internetvista monitor
intraformant = b|the intraformant
investment = b|e.ventures investment crawler
ip = s|ip-web-crawler.com
ips = b|ips-agent
iqdb = b|iqdb/
isdownbot = b|isdownbot/
isitup = b|isitup.org
isonai = b|isonai-user
isscyberriskcrawler = s|isscyberriskcrawler/
isup = b|isup.li
it2media = b|it2media-domain-crawler
ithemes = b|ithemes sync/
iubenda = s|iubenda-radar/
james = b|james bot
jamie = b|jamie's spider
jaunt = b|jaunt/
java = b|^java/ & b|google-http-java-client
javelin = b|javelin.io
jeeves = b|ask jeeves
jeode = b|^jeode/
jersey = b|jersey/
jetmon = b|jetmon/
jobg8 = b|jobg8 url monitor
jobsearch1 = b|jobsearch1.5
jobswithgptcom = b|jobswithgptcom-bot
joinvision = b|joinvision generic
jugendschutzprogramm = s|jugendschutzprogramm-crawler
k7mlwcbot = s
kagibot = b|kagibot/
kangaroo = b|kangaroo bot
kangaroobot = b|kangaroobot/
kargobot = b|kargobot-artemis
kaspersky = b|kaspersky lab cfr link resolver
kazbtbot = b|kazbtbot/
kb = b|kb.dk_bot
kelny = b|kelny/
kerrigan = b|kerrigan/
keycdn = b|keycdn-tools/
keydrop = s|keydrop.io
keys = b|keys-so-bot
keyword = b|google keyword tool & b|keyword density
keywords = b|keywords research
khttp = b|khttp/
kimonolabs = b|kimonolabs/
kinsta = b|kinsta-bot
kit = b|http-kit & b|js-kit
klaviyo = b|klaviyo/
kml = b|kml-google
knowledge = b|the knowledge ai
known = b|known agent
knows = b|knows.is
konturbot = b|konturbot/
krawler = b|krawler.dk
krawlerbot = s
kukei = b|kukei.eu-bot/
kuma = b|uptime-kuma
l9explore = s
l9scan = s
l9tcpid = b|l9tcpid/
labs = s|ssl labs
landau = b|landau-media-spider
lastmodbot = b|lastmodbot/
lavf = b|lavf/
lb = b|lb-spider
lcc = b|^lcc 
lddc = b|bl.uk_lddc_bot
ldfc = b|bl.uk_ldfc_bot
leakix = b|leakix.net
legalmonster = s
lengthener = b|shorturl lengthener
level9searchbot = b|level9searchbot/
library = b|indy library
libwww = b|libwww-perl
lighthouse = b|chrome-lighthouse
lightspeedsystemscrawler = s
limber = b|limber.io
linerbot = b|linerbot/
linguee = b|linguee bot
linkace = b|linkace/
linkalarm = b|linkalarm/
linkcheck = b|sentinel-linkcheck
linkchecker = b|mb-linkchecker
linkfeed = b|linkfeed.ru
linkpreview = b|chatwork linkpreview & b|orlo-linkpreview/
linkreader = b|linkreader/
linksindexerbot = b|linksindexerbot/
linkwalker = b|linkwalker/
lite = b|http::lite
litemage = b|litemage_walker
localsearch = b|localsearch-web
longurl = b|longurl api & b|longurl-r-package
looid = b|looid.com
looksystems = b|looksystems.net
loopimprovements = b|loopimprovements.com
lscache = b|lscache_runner
ltx71 = s
luminator = b|luminator-robots
lush = b|lush http client
lyonl = b|lyonl-asset-proxy & b|lyonl-crawler
lyt = b|lyt.sr
machine = b|hype machine/
madbbot = b|madbbot/
maestro = s|cookie-maestro
mag = b|mag-net
magentanews = b|magentanews/
magicsearchdev = b|magicsearchdev/
magnet = b|magnet.me-web/
magpie = b|magpie-crawler
magus = b|magus bot
mail = b|^mail.ru & b|mail.ru_bot & b|top.mail.ru
mailpit = b|mailpit/
mainwp = b|mainwp/
make = b|make/
makecontact = b|makecontact/
manus = b|manus-user
mapping = b|cloud mapping
marginalia = b|search.marginalia.nu
marketgoo = b|marketgoo/
masscan = s
mata = b|mata hari
mattermost = b|mattermost-bot/
measure = b|web measure/
mediamonitoringbot = b|mediamonitoringbot/
mediapartners = b|mediapartners (googlebot) & b|mediapartners-google
mediavinemetadataparser = b|mediavinemetadataparser/
melvil = b|melvil rawi
metadata = b|cc metadata scaper
metasearch = b|queryn metasearch
metatagfetcher = b|mediumbot-metatagfetcher
metrics = b|branch metrics api
mget = b|^mget
microsoft = b|^microsoft url control & b|microsoft data access & b|microsoft-webdav-miniredir & b|microsoft.data.mashup
microsoftpreview = b|microsoftpreview/
middleware = b|next.js middleware
midown = b|midown tool
mikrotik = b|^mikrotik/
miniature = b|miniature.io/
miniflux = b|miniflux/
mirrorweb = b|mirrorweb.com
missinglettrbot = b|missinglettrbot/
mister = b|mister pix
mistralai = b|mistralai-user
mithril = b|mithril-crawler
mixdata = b|mixdata dot com
mixnodecache = b|mixnodecache/
mobileok = b|w3c-mobileok
modularconnector = b|modularconnector/
mojeekbot = b|mojeekbot/
mojolicious = b|mojolicious (perl)
mollie = b|mollie http client
monit = b|monit/
monitis = b|monitis -
monitoring = b|easydns monitoring & b|elmah.io uptime monitoring & b|irokez.cz monitoring & b|rackspace monitoring/ & b|server density service monitoring & b|synthetic-monitoring-agent/ & b|watchbot monitoring robot & b|yahoo ad monitoring
monitoring360bot = b|monitoring360bot/
monitority = b|monitority/
monitorss = b|monitorss/
monspark = b|monspark/
monster = b|pi-monster
montastic = b|montastic-monitor
montools = b|montools.com
morfeus = b|morfeus fucking scanner
motominerbot = b|motominerbot/
mrgbot = s|mrgbot/
mtasts = b|go-mtasts/
muhstik = b|muhstik-scan
mybot = b|mybot/
najdi = b|najdi.si
namefo = b|namefo.com
nastroj = b|seo-nastroj.cz
navigator = b|offline navigator
neighborhood = s|bad neighborhood header detector
neomo = b|http://www.neomo.de/
nerdbynature = b|nerdbynature.bot
nessus = s
netcraft = b|netcraft web server survey & s|netcraft ssl server survey
netcraftsurveyagent = s
netestate = b|netestate ne crawler
nethttp = b|dap/nethttp
neticle = b|neticle crawler
netlab360 = b|^netlab360
netpeakcheckerbot = b|netpeakcheckerbot/
netseer = b|netseer crawler
netsystemsresearch = s
network = b|prtg network monitor
networks = b|^hello from palo alto networks
neustar = b|neustar wpm
newrelicbot = b|newrelicbot/
newsai = b|newsai/
newsbot = b|jpg-newsbot
newsgathering = b|new york times newsgathering
newsify = b|newsify feed fetcher
newsnow = b|newsnow/
newspaper = b|newspaper/
newsroom = b|newsroom.bi
nexgate = b|nexgate ruby client
nextcloud = b|nextcloud-news
ng = b|^ng/ & b|ng-search
niki = b|niki-bot
nikto = s
nimbostratus = b|nimbostratus-bot
ning = b|ning/
ninja = s|ninja bot
nitro = b|nitro-
node = b|node.io
nominet = b|nominet.org.uk & b|nominet.uk
nomore404 = b|nomore404.com robot
nooshub = b|nooshub/
notebooklm = b|google-notebooklm
notification = b|^amazon simple notification service agent
notion = b|^notion/
novaact = b|novaact/
npm = b|^npm/
nstoolsbot = s|nstoolsbot/
nuclei = b|^nuclei
nyawc = b|nyawc/
observatory = b|observatory/
ocelli = b|ocelli/
odin = b|odin;
odklbot = b|odklbot/
ohdear = b|ohdear/
omnisend = b|omnisend/
oncrawl = b|oncrawl/
online = b|online domain tools & b|online-webceo-bot & b|wedos online
onlineornot = b|onlineornot.com_bot
opengraph = b|opengraph.io/ & b|python-opengraph
openstat = b|openstat/
openvas = s
operator = b|operator/
optimize = b|acquia optimize
optimizer = b|optimizer)
orangebot = b|orangebot/
orbbot = b|orbbot/
orgprobe = b|orgprobe/
overcast = b|^overcast/
ow = b|ow.ly
owler = b|;owler & b|owler (ows.eu & b|owler-w
owncloud = b|owncloud news
package = b|go http package & b|go |package http
pagegetter = b|twisted pagegetter
pagepeeker = b|pagepeeker/
pagespeed = b|pagespeed/
papa = b|papa foto
paqlebot = b|paqlebot/
parser = b|rss-parser
passthrough = b|branch-passthrough
patent = b|a patent crawler
pathscan = b|pathscan/
paypal = b|^paypal/
pcore = b|pcore-http
pdf24 = b|pdf24 url to pdf
pecl = b|pecl::http
peekbot = b|gg peekbot
peer39 = b|peer39_crawler
penthouse = b|penthouse critical path css generator
performance = b|wp engine install performance api
perlu = b|perlu -
perplexity = b|perplexity-user
perplexitybot = b|perplexitybot/
photon = b|photon/
php = b|^php/
physicalweb = b|google-physicalweb
ping = b|ping.blo.gs
pingadmin = b|pingadmin.ru/
pingdomtms = b|pingdom
pingping = b|pingping.io/
pinterest = b|pinterest.com/bot
pip = b|^pip/
pix = b|web pix
pixalate = b|pixalate.com
plagger = b|plagger/
platform = b|windows-rss-platform
playstore = b|playstore-google
pleroma = b|pleroma 
ploetz = b|ploetz + zeller
pnpm = b|^pnpm/
pocketcasts = b|pocketcasts/
podcast = b|google-podcast
pomothy = b|pomothy-bot
port = b|port monitor
postplanner = b|postplanner.com
potions = b|potions/
powered = b|mr.4x3 powered
pr = b|pr-cy.ru
preserving = b|chrome privacy preserving prefetch proxy
preview = b|google web preview & b|page-preview-tool & b|snap url preview service & b|yahoo link preview
pricedroneshoppingbot = b|pricedroneshoppingbot/
priceonomics = b|priceonomics analysis engine
priecobot = b|priecobot/
printfriendly = b|printfriendly.com
probe = b|s4a-probe-bot/
probely = b|probely.com
probelyspdr = s|probelyspdr/
productsup = b|productsup.io/crawler
project = b|project 25499 & b|vb project
projectshield = s|projectshield-urlcheck
protopage = b|protopage/
prtgcloudbot = b|prtgcloudbot/
ptst = b| ptst/ & b|^ptst/
publisher = b|google-publisher-plugin
pulsepoint = b|pulsepoint  & b|pulsepoint-crawler
pulsetic = b|pulsetic.com
python = b|python-urllib
pywikibot = b|pywikibot/
qualifiedbot = b|qualifiedbot/
quantcastbot = b|quantcastbot/
quic = b|quic-go-http/
quora = b|quora-bot
railgun = b|railgun/
rakutenusabot = b|rakutenusabot-image/
rambler = b|top100.rambler.ru crawler
rankurbot = b|rankurbot/
rapidload = b|rapidload/
ravencrawler = b|ravencrawler/
rawweb = b|rawweb-bot
rb = b|http.rb/
readable = b|readable/
reaper = b|the drop reaper
recurpost = b|recurpost/
red = b|red/
redback = b|redback/
reelevant = b|reelevant/
remove = b|remove.bg/
reporting = b|dnspod-reporting
request = b|http-request/ & b|lwp-request & b|request.js
request2 = b|http_request2
requester = b|http_requester
requests = b|python-requests
reqwest = b|reqwest/
research = b|gemini-deep-research & b|thesis-research-bot
researchscan = b|researchscan.comsys.rwth-aachen.de
resolver = b|hubspot-link-resolver & b|idg twitter links resolver & b|postfix-mta-sts-resolver
resonance = b|project-resonance
resty = b|lua-resty-http
retool = b|retool/
retrolistecom = b|retrolistecom/
reverseengineeringbot = s
revvimgort = b|revvimgort/
riddler = s|riddler (http://riddler.io
rigor = b|rigor)
rival = b|rival iq
rma = b|^rma/
robot = b|atom feed robot
robotschecker = b|robotschecker/
rocket = b|wp rocket
route53 = b|^amazon-route53-health-check-service
rssapi = b|rssapi/
rssbot = b|naver blog rssbot & b|rssbot/
rssmix = b|rssmix/
ruby = b|^ruby & b|ruby/
s4a = b|s4a/
safednsbot = s
safesearch = b|safesearch microdata crawler
safety = b|google-safety
safeweb = b|norton-safeweb
salesforce = b|salesforce.com
sample = b|mfc_tear_sample
sandobacrawler = b|sandobacrawler/
sauger = b|web sauger
sbintuitionsbot = b|sbintuitionsbot/
sbl = s|sbl-bot
scalaj = b|scalaj-http
scamadviser = b|scamadviser-frontend
scan = b|scan.lol
scanner = b|vu-server-health-scanner/
scanning = s|air.ai/scanning & s|cypex.ai/scanning
scoop = b|scoop.it/
scopecontentag = b|scopecontentag-http-client
scorer = b|page scorer
scourrssbot = b|scourrssbot/
scrapebox = b|scrapebox page scanner
scrapeherobot = b|scrapeherobot/
scraper = b|parse.ly scraper/
scraping = b|nyt_scraping & b|scraping@nytimes.com
screaming = b|screaming frog seo spider
screeenly = b|screeenly-bot
screenshot = b|plesk screenshot bot & b|vercel-screenshot
screenshoter = b|phantomjs screenshoter
script = b|google-apps-script
scripting = s|nmap scripting engine
scrutiny = b|scrutiny/
searchbot = b|amazing-searchbot & b|amzn-searchbot & b|aranet-searchbot & b|azureai-searchbot & b|claude-searchbot & b|dow jones searchbot & b|oai-searchbot
searchbyimage = b|google-searchbyimage
searchengine = b|flamingo_searchengine
sebot = b|sebot-wa
sectigo = b|acme.sectigo.com
security = s|sansec security monitor/
securityheaders = s
seekbot = b|^seekbot
semaltbot = b|semaltbot/
semantic = b|semantic-visions
semantics = b|orion-semantics
semiocast = b|semiocast http client
sempi = b|sempi.tech
sendgrid = b|sendgrid event api
sendsay = b|sendsay.ru
sentry = b| sentry/ & b|^sentry/
sentryuptimebot = b|sentryuptimebot/
seo = b|seo browser
seo4ajax = b|seo4ajax.com
seolik = b|seolik.ru
seostar = b|seostar.co
serpstatbot = b|serpstatbot/
serverhunterspider = b|serverhunterspider/
services = b|g2 web services & b|google trust services & b|trellis-services & s|google-trust-services/
servis = b|seo servis
seznamhomepagecrawler = b|seznamhomepagecrawler/
shopify = b|shopify-captain-hook
shortwave = b|shortwave image fetcher
shot = b|site-shot/
sidetrade = b|sidetrade indexer bot
simple = b|lwp::simple
sincerasyntheticuser = b|sincerasyntheticuser/
sindresorhus = b|sindresorhus/got
sistrix = b|sistrix crawler
siteauditbot = b|siteauditbot/
sitecheck = b|sitecheck-sitecrawl
siteexplorer = b|siteexplorer.info
siteimprove = b|siteimprove.com
sitemaps = b|pro-sitemaps/
sitesearch360 = b|sitesearch360/
siteshooter = b|siteshooter b0t
siteuptime = b|siteuptime.com
sitexy = b|sitexy.com
sleuth = b|xenu link sleuth
slickbot = b|slickbot/
slider = b|slider.com
smartfetch = b|opencode-smartfetch
smartologybot = b|smartologybot/
smtp = b|google-smtp-sts
snapchatads = b|snapchatads/
snapurlpreview = b|snapurlpreview/
snarfer = b|snarfer/
sniffer = b|web-sniffer
snipcart = b|snipcart/
snowhaze = b|snowhaze search
social = b|rss.social
software = s|software-security-research
sogou = b|sogou|spider
solarwinds = b|solarwinds/
sonic = b|sonic/
sora = b|sora pos/
source = b|open source rss
sovereign = b|sovereign.ai
spawning = b|spawning-ai
speakr = b|google-speakr
spectate = b|spectate/
spider = b|spider|spider.com
spinner = b|fidget-spinner-bot
splash = b|splash version/
spray = b|spray-can
sprinklr = b|sprinklr 
spyder = b|web spyder
spyderbot = b|factset_spyderbot
sqlmap = s
ssldetector = s|cloudflare-ssldetector
ssllabs = s|ssl labs (https://www.ssllabs.com
ssssbot = b|ssssbot/
stape = b|stape/
startmebot = b|startmebot/
startpageprivateimageproxy = b|startpageprivateimageproxy/
statabot = b|statabot/
statastico = b|statastico/
statically = b|statically-
statistics = b|cert.at-statistics-survey
statistikaustria = b|statistikaustria/
stats = b|fdl stats bot
storebot = b|storebot-google
stratagems = b|stratagems kumo
streamline3bot = b|streamline3bot/
stripe = b|stripe/
stroke = b|stroke.cz
structured = b|google-structured-data-testing-tool
studio = b|re-re studio
sucker = b|image sucker & b|site sucker & b|web sucker
sucuri = s
suggestion = b|google keyword suggestion
supabase = b|supabase paired crawler
superagent = b|node-superagent
surphace = b|surphace scout
swcd = b|swcd 
swurl = b|^swurl 
symbolicator = b|^symbolicator/
syndirella = b|syndirella/
synhttpclient = b|synhttpclient-built
synthetic = b|datadog synthetic
systems = b|sli-systems.com
tactiscout = b|tactiscout/
tarantula = b|tarantula/
taringa = b|taringa ugc
tchelebi = b|tchelebi/
tech = b|iab-tech-lab
techiaith = b|techiaith.cymru
technologies = b|ubermetrics-technologies
tenon = b|tenon.io
test = b|test-bot
tester = s|tls tester
testlocally = b|testlocally/
theoldreader = b|theoldreader.com
thumb = b|easy-thumb
thumbnailer = b|gosquared-thumbnailer & b|link_thumbnailer
thumbnails = b|free thumbnails
thunderstone = b|search.thunderstone
timewe = b|timewe.net
tiny = b|my-tiny-bot & b|tiny tiny rss
tlsprobe = b|tlsprobe/
tools = b|geek-tools & b|ssl-tools
touche = b|touche.com
traackr = b|traackr.com
tracking = b|tracking-quality-spider
trae = b|trae/
training = b|cohere-training-data-crawler
transparency = b|google-transparency-report
trendictionbot0 = b|trendictionbot
trentwil = b|trentwil.es
trivial = b|lwp-trivial
trustly = b|trustly/
tumblr = b|^tumblr/
turingos = b|tsm-turingos
tweezler = b|tweezler/
twilioproxy = b|twilioproxy/
twine = b|^twine/
twinwavescanner = s
uaslinkchecker = b|uaslinkchecker/
ultimate = b|ultimate_sitemap_parser
um = b|um-fc & b|um-ic & b|um-ln
umbrella = b|carbon-umbrella-bot
unicorn = b|w3c_unicorn
unirest = b|unirest-java
unshorten = s|unshorten.it!
upday = b|upday/
updown = b|updown.io
uptime = b|uptime/ & b|www.uptime.com
uptimebot = b|elmahio-uptimebot & b|uptimebot.org & b|uptimebot/
ureq = b|^ureq
urlbeebot = s
urlcheckr = b|urlcheckr/
urllib = b|node-urllib
urlsuma = b|urlsuma.de crawler
urltrends = b|urltrends ranking updater
us = b|www.monitor.us
useebookchecker = b|useebookchecker/
vagabondo = b|vagabondo/
valet = b|link valet & b|page valet
validator = b|schema-markup-validator & b|validator.nu & b|w3c_css_validator & b|w3c_validator
valve = b|valve/steam
vampire = b|net vampire
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
visual = b|visual rights group
voluumdsp = b|voluumdsp-content-bot
vsagent = b|vsagent/
vsb = b|vsb-tuo/
vse = b|^vse/
vsusearchspider = b|vsusearchspider/
vulnbusters = b|vulnbusters meter
vulnerability = b|cispa vulnerability notification
w3af = b|w3af.org
wac = b|wac-ofu
wallpapers = b|wallpapers/
wanscannerbot = s
wardbot = b|wardbot/
warning = b|urly warning & b|urly.warning
watchagent = b|sv-watchagent
watchtowr = s
wbsrch = b|wbsrch/
wdt = b|wdt.io
webceo = b|webceo online/
webclient = b|webclient/
webcrawler = b|cispa webcrawler & b|fast-webcrawler
webgains = b|webgains-bot
webgo = b|webgo is
webhooks = b|recurly webhooks/ & b|svix-webhooks/
webindexer = b|meta-webindexer
webis = b|l.webis
webmon = b|webmon 
weborama = b|weborama-fetcher
webpictures = b|express webpictures
webprosbot = b|webprosbot/
website = b|website-info.net-robot
websniffer = b|websniffer/
webtech = b|webtech/
webthumb = b|webthumb/
webwikibot = b|webwikibot/
wesee = b|wesee:search
wfuzz = b|wfuzz/
whatsapp = b|^whatsapp
whatsmyip = b|whatsmyip.org
whatweb = s|whatweb/
wheregoes = b|wheregoes.com
wheresitup = b|wheresitup.com/
whoapi = b|whoapi/
whoiswebsitebot = b|sitebot
whynder = b|whynder magnet
winhttp = b|winhttp/
wirereaderbot = b|wirereaderbot/
wjhro = b|wjhro/
wknd = b|wknd-bot
wmtips = b|wmtips.com/
woorankreview = b|woorankreview/
wordcountbot = b|wordcountbot/
wordpress = b|wordpress/
wordup = b|wordup-1
workona = b|workona-favicon-service/
worldping = b|worldping-api
wovn = b|wovn crawler
wovncrawler = b|wovncrawler/
wowlink = b|wowlink crawler/
wpbot = b|wpbot/
wpmu = b|wpmu dev hub
wpmudev = b|wpmudev uptime monitor
wprecon = b|wprecon.com survey
wpscan = s
wpsec = s|wpsec/
wrangler = b|feed wrangler
wsm = b|wsm/
wtotem = s
xenforo = b|xenforo/
xing = b|xing bot
xrawler = b|google-xrawler
xrl = b|^xrl/
y = b|y!j
yak = b|yak/
yandex = b|yandex.com/bots
yandexrenderresourcesbot = b|yandexrenderresourcesbot/
yextbot = b|yextbot/
ylt = b| ylt
yo = b|yo-yo
yokoygroupag = b|yokoygroupag/
yomins = b|yomins.com
yourls = b|yourls.org
youtube = b|google-youtube-links
yoys = b|yoys.net
yp = b|yp.pl
yunguance = b|baidu-yunguance
zebra = b|zebra-v2-bot
zenback = b|zenback bot
zendesk = b|zendesk webhook
zeus = b|zeus 
zgrab = s
zilla = b|go!zilla
zmeu = s
zombie = b|zombie.js
zombiebot = b|zombiebot/
zoominfo = b|zoominfo-
zoterotranslationserver = b|zoterotranslationserver/wmf
zuperlistbot = b|zuperlistbot/
""".replace(" = ", "\n").splitlines()

CRAWLERS = dict.fromkeys(_ALONE, "b")
CRAWLERS.update(zip(_OTHERS[::2], _OTHERS[1::2], strict=True))
