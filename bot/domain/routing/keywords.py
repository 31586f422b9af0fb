"""The keywords of each rule in `bot.domain.routing.rules`, one language or script after the other.

A keyword matches a whole word; with a trailing `-` it matches a prefix. `#` is a digit. Words with another meaning in
one of these languages are left out or listed with a neighbouring word.
"""

FIDELITY = """
4k, 8k, uhd, key art, key visual-, hero shot-, hero image-, hero portrait-, hero still-, hero poster-,
hero frame-, highest fidelity, high fidelity, highest detail, highest quality, billboard-, print quality,
höchste detailtreue, höchster qualität, höchste qualität, hauptmotiv-, großplakat-, druckqualität,
haute fidélité, plus haute qualité, très haute définition, visuel principal, affiche géante,
máxima fidelidad, alta fidelidad, máxima calidad, imagen principal, calidad de impresión, высочайш-,
ключев- арт-, максимальн- качеств-, μέγιστη ποιότητα, υψηλή πιστότητα, أعلى جودة, دقة عالية, איכות מרבית,
איכות גבוהה, सर्वोच्च गुणवत्ता, उच्चतम गुणवत्ता, 最高画質, 高精細, 最高画质, 超高清, 主视觉, 최고 화질, 고화질,
키 아트
"""

SKIN = """
skin, skinned, pore, pores, wrinkl-, crow's feet, crow's-feet, freckl-, scar, scars, scarred, weathered,
complexion, blemish-, acne, pockmark-, sunburn-, sun-burnt, wind-burnt, windburn-, cracked lips,
salt-cracked, chapped, age spots, leathery, birthmark-, vitiligo, stubble, rosacea, fine lines, die haut,
ihre haut, seine haut, helle haut, dunkle haut, gegerbte haut, rissige haut, hautbild, falte, falten,
faltig-, sommerspross-, narbe, narben, vernarbt-, poren, wettergegerbt-, krähenfüße, altersfleck-,
muttermal-, bartstoppeln, sonnenverbrannt-, peau, rides profondes, ridules, visage ridé-, tache- de rousseur,
cicatrice-, teint, pattes d'oie, buriné-, hâlé-, gercé-, piel, arruga-, pecas, pecos-, cicatri-, poros,
cutis, patas de gallo, curtid-, agrietad-, кож-, морщин-, веснуш-, шрам-, поры, обветренн-, родинк-, щетин-,
δέρμα-, δέρματ-, ρυτίδ-, φακίδ-, ουλή, ουλές, πόρο-, ηλιοκαμέν-, بشرة, بشرت-, جلد-, تجاعيد, نمش, ندبة, ندوب,
مسام, עור, קמטים, קמט, נמשים, צלקת, צלקות, נקבוביות, त्वचा, झुर्रि-, झाइय-, चेचक, दाग, 皮肤, 皮膚, 肌, 皱纹,
皺紋, しわ, シワ, 雀斑, そばかす, 疤, 傷跡, 毛孔, 毛穴, 피부, 주름, 주근깨, 흉터, 모공
"""

WARDROBE = """
wearing, wears, costume-, uniform, uniforms, wardrobe, dressed, dress, dresses, gown-, coat, coats, jacket-,
raincoat-, oilskin-, suit, suits, shirt-, jumper-, sweater-, cardigan-, apron-, a hat, straw hat, felt hat,
wool hat, top hat, her hat, his hat, hats, cap, headscar-, scarf, scarves, veil, helmet-, armour-, armor-,
kimono-, sari, cloak-, corset-, collar-, tie, necklace-, earring-, glasses, spectacles, medal-, boots,
gloves, trägt, kostüm-, uniformen, kleid, kleider, kleidung, mantel, jacke, hemd, schürze, mit hut,
einen hut, strohhut, mütze, kopftuch, schal, rüstung, anzug, brille, kragen, porte, porté-, vêtu-, uniforme-,
robe, manteau-, veste, chemise, tablier, chapeau-, foulard-, armure, lunettes, collier, viste, vestid-,
lleva, traje-, abrigo, chaqueta, camisa, delantal, sombrero, pañuelo, armadura, gafas, костюм-, униформ-,
форм- моряка, плать-, пальто, куртк-, шинел-, рубашк-, фартук-, шляп-, платок, доспех-, мундир-, στολή,
στολές, κοστούμι-, φόρεμα, παλτό, πανωφόρι, καπέλο, μαντήλι, πανοπλία, ποδιά, زي, يرتدي, ترتدي, معطف, فستان,
قبعة, عمامة, حجاب, درع, بدلة, وشاح, מדים, תחפושת, לובש, לובשת, מעיל, שמלה, כובע, צעיף, שריון, חליפה, वर्दी,
पोशाक, साड़ी, पगड़ी, कोट, टोपी, कवच, चश्मा, कुर्ता, 制服, 服装, 戏服, 西装, 外套, 大衣, 军装, 旗袍, 帽子, 盔甲,
鎧, 着物, 衣装, コート, 眼镜, 眼鏡, 제복, 의상, 한복, 코트, 모자, 갑옷, 안경
"""

ERA = """
1###-, 20#0s, ##th-century, ##th century, century, centuries, victorian, edwardian, medieval, mediaeval,
renaissance, regency, baroque, bronze age, iron age, stone age, wartime, pre-war, post-war, interwar,
belle époque, jahrhundert-, mittelalter-, viktorianisch-, biedermeier, kaiserzeit, nachkriegs-,
zwanzigerjahre, gründerzeit, siècle-, médiéva-, victorien-, moyen âge, années folles, entre-deux-guerres,
après-guerre, second empire, siglo, siglos, medieval-, victorian-, posguerra, años veinte, edad media,
siglo de oro, век, века, веке, средневеков-, викториан-, довоенн-, послевоенн-, эпох-, αιώνα-, αιώνας,
μεσαίων-, βικτωριαν-, εποχή, εποχής, βυζαντιν-, القرن, قرن, العصور الوسطى, فيكتوري, العثماني, המאה,
ימי הביניים, ויקטוריאני, शताब्दी, सदी, मध्यकालीन, मुग़ल, मुगल, विक्टोरिया, 世纪, 世紀, 中世紀, 中世纪, 中世,
明治, 大正, 昭和, 江戸, 唐代, 明朝, 清朝, 维多利亚, 民国, 세기, 조선, 중세
"""

EXPRESSION = """
expression-, smile-, smiling, smirk-, grin, grins, grinning, frown-, scowl-, laugh-, sneer-, tears, tearful,
crying, weeping, squint-, raised eyebrow-, biting her lip, biting his lip, mid-sentence, startled, gaze-,
lächel-, lacht, lachend-, gesichtsausdruck, stirnrunzeln, grins-, weint, weinend-, blick, sourire-,
souriant-, sourit, son regard, un regard, le regard, fronce-, larmes, grimace-, rictus, moue, sonri-, sonre-,
mirada, ceño, ceñud-, lágrimas, ríe, carcajada, mueca, улыб-, ухмыл-, хмур-, взгляд-, смеётся, смеется, слез-, плач-,
χαμόγελ-, χαμογελ-, βλέμμα, συνοφρυ-, δάκρυ-, γελά-, ابتسام-, مبتسم-, يبتسم, تبتسم, نظرة, عابس-, دموع, חיוך,
מחייך, מחייכת, מבט, דמעות, मुस्कान, मुस्कुरा-, मुस्करा-, हँस-, आँसू, नज़र, 微笑, 笑, 表情, 眼神, 皱眉, 泪, 涙,
ほほえ, 眉をひそめ, 미소, 웃, 표정, 눈물, 눈빛
"""

FRAMING = """
close-up-, closeup-, extreme close, full body, full-body, full length, full-length, half-length, waist-up,
wide shot, low angle, low-angle, high angle, in profile, side profile, three-quarter-, three quarter,
from below, over the shoulder, looking left, looking right, dutch angle, centred, off-centre, nahaufnahme-,
ganzkörper-, im profil, dreiviertel-, halbtotale, untersicht, froschperspektive, gros plan, en pied,
de profil, plan large, contre-plongée, plan américain, de trois quarts, primer plano, cuerpo entero,
de perfil, plano medio, contrapicado, tres cuartos, крупн- план-, в профиль, в полный рост, κοντινό πλάνο,
προφίλ, ολόσωμ-, لقطة قريبة, صورة جانبية, תקריב, פרופיל, क्लोज़-अप, क्लोजअप, 特写, 特寫, 侧面, 側面, 全身, 半身,
クローズアップ, 横顔, 클로즈업, 옆모습, 전신
"""

BALANCE = """
balanced, well-balanced, balance of, all-round, everyday look, overall impression, natural overall,
ausgewogen-, gesamteindruck, équilibré-, impression d'ensemble, equilibrad-, impresión general,
сбалансирован-, ισορροπημέν-, متوازن-, מאוזן, מאוזנת, संतुलित, 均衡, 平衡, バランス, 균형
"""
