package tokenizer

import "strings"

// commonWords are English words that, with a blank before them, are one token in the vocabularies of Qwen, DeepSeek, Llama,
// Gemma and GPT alike. Random prompts for a tokenizer whose vocabulary is not at hand are made of them: any sequence
// of such words has exactly as many tokens as words.
var commonWords = strings.Fields(`
able about above according account across action actor add added adds adopted after again against age ago agreed ahead air album
all along alongside already also although always am among amount an and animal announced another answer any anything app appear
appeared appears are area areas around array arrived as ask asked at available average awards away back bad ball balls band bar
based battle be beat became because become been before began behind being believe believed below bench best better between
beyond big billion binary bit blue body book books born boss both bottle bought box brain break bring brother brothers brought
budget build building built bus business but buy by cache call called calls came camera campaign campus can candidate cannot
capital captain car carried carry cars case cases cast cat cause cell cells center central centre century change changed changes
character chat check chief child children chunk chunks city claimed claims class client clock close closed club code college
column columns combined come comes coming command comment comments common commonly companies company compare compared completed
composed confirmed conflict continued contract control copies cost costs could count countries country counts couple course
court cover create created crew currency current currently cut cycle data dataset date daughter day days deal decision default
defence delta demand described desert design despite details developed did different difficult directed directly director
directory documents does dog dogs doing done double down drama dropped due duration during each earlier early earned eat
economic edge eight either election else empty end ended ends enough entire episode episodes error errors even event events ever
every evidence exact exactly example examples exist expected explain explicit face factory failed fails failure false family far
father features featuring feel felt few field fifth fight figure file files film final finally find finish finished fire first
fitness five fixed flag flags flight floor followed following follows food for force forced forest form format formed former
forward found four fourth free friend friends from front full function further future game games gaps gas gathered gave
generally get gets give given gives go goals goes going good got green ground group groups growing had half hand has hash have
having he head heard held help her high higher highest him himself his history hit hold home hospital hour hours house how
however huge human ice id identical if im image important in incident include included includes including increase increased
industry input inside instant instead intended interval interview into involved is islands issue it its itself job join joined
just keep keeps kept key keys knew know known land language large largest last late later latest law laws lead leading learning
least leave leaving led left leg legal length less let letter level levels life lift light like likely limit line linear lines
list lists little live lives living load local located location long longer look looked looking looks loop losing lost lot love
low lower made magic main major majority make makes making man managed manager many match matches mater matter max maximum may
me mean meaning means measured media median medical meet member members men message met method metric metrics might miles
million minute minutes miss mode model models modern money month months more morning most mother mountain move moved movie much
multiple music must my name named names national natural near nearly need needed needs negative never new news next nice night
nine no none normal north not nothing novel now number numbers object occurs of off offer office official officials often oil
old older on once one ones online only onto open option options or order original other others our out output outside over
overall own page paid pair parents park parked part partner parts party passed past path patients pay peak people per percent
period person pet phase phone photos picture pictures place plans plant plants play played player players playing plays plot
plus point points political pool popular position possible post posted potential pounds power prefix president previous price
primary printed private process produced producer products profit program prompt provide provided public published put quality
query question questions queue race radiation raised ran random rare rate rather raw reach reached read ready real really
received recent record recorded red refer region regions release released remain remaining removed replaced report reported
reports request requests response rest result results return returned returning revealed revenue review reviews right rights
risk river role roles round row rows rules run running runs said sales same samples saw say saying says schedule school scored
script sea search season second seconds section security see seed seen selected send sent sentence separate separated sequence
series serve server service services session set sets seven several shape share shared she short should show showed shown shows
side signed silently similar simple simply since single sister sisters site six size small so social software sold solid
solution some something sometimes son song soon source south space special specific speed spent split staff stage star stars
start started starts state statement states station status step still stop store stories story stream streams string student
students study style success such sum summer support sure sweep system table take taken takes taking task tax team technique
tell ten term terms test tests text than that the their them then therapy there these they things think third this those though
thought three through time times title to today together token tokens told too took tool top total train trained training travel
treatment tree trees trial tried truck true try trying turn turned twice two type types under unique unless until up us usage
use used user users uses using usually value values various version very via victory video view viewers views walk wall want
wanted wants was watch water way we website week weekend weeks well went were western what when where whether which while who
whole whose why will win window winner winning with within without woman women won word words work worked worker workers working
works world worth would write writer writing written wrong wrote year years yes yesterday yet you young your yourself zu`)
