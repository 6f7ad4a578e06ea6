/** Opposites in English, most of them words that questions turn on. Extended per route by `cache.opposites`. */
export const englishPolar = `
on/off enable/disable enabled/disabled enabling/disabling before/after more/less more/fewer increase/decrease
increase/reduce increasing/decreasing increased/decreased raise/lower buy/sell buying/selling bought/sold
purchase/sell open/close open/closed opened/closed opening/closing start/stop start/end started/stopped start/finish
begin/end beginning/end add/remove adding/removing added/removed add/delete add/subtract create/delete creating/deleting
create/destroy created/deleted install/uninstall installing/uninstalling up/down left/right in/out hot/cold
warm/cool high/low higher/lower highest/lowest max/min maximum/minimum maximize/minimize most/least best/worst good/bad
better/worse legal/illegal lawful/unlawful win/lose winning/losing gain/lose gain/loss profit/loss first/last
male/female man/woman men/women boy/girl boys/girls husband/wife father/mother son/daughter brother/sister uncle/aunt
king/queen his/her he/she him/her true/false yes/no import/export importing/exporting imports/exports upload/download
uploading/downloading encrypt/decrypt encryption/decryption encode/decode encoding/decoding compress/decompress
serialize/deserialize lock/unlock locked/unlocked block/unblock blocked/unblocked follow/unfollow
subscribe/unsubscribe accept/reject accept/decline accepted/rejected accepted/declined allow/deny allow/forbid
allow/block allowed/forbidden approve/reject approved/rejected approve/deny push/pull send/receive sending/receiving
sent/received give/take giving/taking borrow/lend borrowing/lending borrower/lender credit/debit asset/liability
assets/liabilities above/below over/under inside/outside input/output inputs/outputs old/new older/newer oldest/newest
young/old younger/older big/small bigger/smaller large/small larger/smaller largest/smallest biggest/smallest long/short
longer/shorter longest/shortest tall/short fast/slow faster/slower fastest/slowest quick/slow easy/hard easy/difficult
easier/harder simple/complex rich/poor early/late earlier/later past/future include/exclude including/excluding
included/excluded with/without positive/negative pros/cons pro/con advantage/disadvantage advantages/disadvantages
benefit/drawback benefits/drawbacks strength/weakness strengths/weaknesses ascending/descending ascend/descend
public/private internal/external login/logout log-in/log-out sync/async synchronous/asynchronous connect/disconnect
connected/disconnected attach/detach mount/unmount merge/split join/leave save/discard show/hide shown/hidden
visible/invisible was/is did/do single/married married/divorced safe/dangerous safe/unsafe cheap/expensive
cheaper/dearer cheapest/dearest always/never north/south east/west northern/southern eastern/western morning/evening
day/night am/pm daily/weekly/monthly/yearly/hourly/annual day/week/month/year/hour/minute
monday/tuesday/wednesday/thursday/friday/saturday/sunday
january/february/march/april/may/june/july/august/september/october/november/december
spring/summer/autumn/winter gross/net grow/shrink fix/break fixed/broken cancel/renew cancel/confirm activate/deactivate
activating/deactivating activated/deactivated upgrade/downgrade upgrading/downgrading deposit/withdraw
deposits/withdrawals deposit/withdrawal incoming/outgoing inbound/outbound ingress/egress arrive/depart
arrival/departure arriving/departing arrivals/departures enter/exit entry/exit entrance/exit load/unload
pack/unpack zip/unzip wrap/unwrap fold/unfold tie/untie dress/undress do/undo undo/redo cause/effect causes/effects
symptom/cure question/answer win/loss hire/fire hired/fired employer/employee teacher/student doctor/patient
landlord/tenant parent/child parents/children client/server customer/supplier buyer/seller sender/recipient
sender/receiver host/guest source/target source/destination origin/destination read/write reading/writing reader/writer
reads/writes get/set get/put push/pop lend/return rise/fall rising/falling rose/fell ascent/descent appreciate/depreciate
inflation/deflation surplus/deficit supply/demand bull/bear bullish/bearish long-term/short-term
full/empty fuller/emptier full-time/part-time heavy/light heavier/lighter thick/thin wide/narrow wider/narrower
deep/shallow strong/weak stronger/weaker loud/quiet bright/dark wet/dry soft/hard sharp/blunt clean/dirty
alive/dead life/death birth/death born/died love/hate like/dislike friend/enemy war/peace success/failure
succeed/fail succeeded/failed successful/unsuccessful pass/fail passed/failed agree/disagree possible/impossible
available/unavailable valid/invalid legitimate/illegitimate required/optional mandatory/optional necessary/unnecessary
correct/incorrect right/wrong known/unknown known-good/known-bad stable/unstable active/inactive online/offline
ready/unready present/absent present/past attack/defend offense/defense guilty/innocent friendly/hostile
mutable/immutable static/dynamic local/remote local/global relative/absolute horizontal/vertical row/column rows/columns
width/height prefix/suffix head/tail front/back top/bottom upper/lower uppercase/lowercase inner/outer odd/even
even/uneven add/minus plus/minus multiply/divide addition/subtraction multiplication/division numerator/denominator
squared/cubed integral/derivative integrate/differentiate acid/base acidic/alkaline endothermic/exothermic
hypertension/hypotension hyperglycemia/hypoglycemia hyperthermia/hypothermia hyperthyroidism/hypothyroidism
benign/malignant acute/chronic predator/prey mammal/reptile herbivore/carnivore urban/rural domestic/international
domestic/foreign domestic/wild import/exported major/minor senior/junior superior/inferior professional/amateur
forward/backward forwards/backwards clockwise/counterclockwise clockwise/anticlockwise ahead/behind near/far
nearest/farthest closest/farthest closer/farther here/there
sunrise/sunset dawn/dusk noon/midnight ante/post pre/post indoor/outdoor indoors/outdoors land/sea arrive/leave
come/go stay/leave remember/forget find/lose found/lost keep/discard keep/delete gather/scatter attract/repel
float/sink freeze/melt frozen/thawed boil/freeze expand/contract expand/collapse stretch/shrink lengthen/shorten
strengthen/weaken tighten/loosen widen/narrow accelerate/decelerate speed/slow hasten/delay advance/postpone
bring/take employ/dismiss permit/prohibit permitted/prohibited encourage/discourage promote/demote promoted/demoted
reward/punish praise/criticize respect/disrespect trust/distrust believe/doubt prove/disprove confirm/deny
admit/deny admit/discharge affirm/deny quiet/noisy polite/rude formal/informal official/unofficial direct/indirect
regular/irregular common/rare frequent/infrequent usual/unusual normal/abnormal natural/artificial temporary/permanent
some/all all/none few/a_few former/current fixed/variable maximum/average median/mean mean/mode optimistic/pessimistic
`
