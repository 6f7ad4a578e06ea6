import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languages } from '../../contract/config/names.ts'
import { languageOf, languagesKnown } from './language.ts'

const sentences: Readonly<Record<string, readonly string[]>> = {
  en: [
    'How do I reset my password?',
    'Where is the order that I placed last week?',
    'Can you explain what a mutex is',
    'Please write a short summary of this article',
    'My printer refuses to print anything since yesterday',
    'Thanks, that worked, but now the other one fails',
    'Which plan should we choose for ten people?',
    'What time does the bakery open?',
    'Refactor this function',
    'Give me three ideas for dinner',
    'I cannot log in to my account',
    'Translate the following text to German',
    'Is there a way to undo a commit',
  ],
  de: [
    'Wie kann ich mein Passwort zurücksetzen?',
    'Wo ist meine Bestellung von letzter Woche?',
    'Bitte schreibe eine kurze Zusammenfassung',
    'Der Drucker druckt seit gestern nichts mehr',
    'Welcher Tarif passt zu uns?',
    'Danke, das hat geklappt, aber jetzt geht der andere nicht',
    'Erkläre mir den Unterschied zwischen Prozess und Thread',
    'Ich kann mich nicht anmelden',
    'Drei Ideen fürs Abendessen bitte',
    'Wann öffnet die Bäckerei?',
    'Übersetze den Text ins Englische',
    'Gibt es einen Rabatt für Studenten?',
    'Mein Paket ist beschädigt angekommen',
  ],
  fr: [
    'Comment puis-je réinitialiser mon mot de passe ?',
    'Où est la commande que j’ai passée la semaine dernière ?',
    'Écris un court résumé de cet article',
    'Mon imprimante ne marche plus depuis hier',
    'Quel forfait devrions-nous choisir ?',
    'Merci, ça marche, mais maintenant l’autre échoue',
    'Explique-moi la différence entre un processus et un thread',
    'Je ne peux pas me connecter',
    'Donne-moi trois idées pour le dîner',
    'À quelle heure ouvre la boulangerie ?',
    'Traduis ce texte en anglais',
    'Y a-t-il une réduction étudiante ?',
    'Mon colis est arrivé abîmé',
  ],
  es: [
    '¿Cómo puedo cambiar mi contraseña?',
    '¿Dónde está el pedido que hice la semana pasada?',
    'Escribe un resumen corto de este artículo',
    'Mi impresora no imprime nada desde ayer',
    '¿Qué plan deberíamos elegir?',
    'Gracias, eso funcionó, pero ahora falla el otro',
    'Explícame la diferencia entre un proceso y un hilo',
    'No puedo iniciar sesión',
    'Dame tres ideas para la cena',
    '¿A qué hora abre la panadería?',
    'Traduce este texto al inglés',
    '¿Hay descuento para estudiantes?',
    'Mi paquete llegó dañado',
  ],
  it: [
    'Come posso reimpostare la mia password?',
    'Dov’è l’ordine che ho fatto la settimana scorsa?',
    'Scrivi un breve riassunto di questo articolo',
    'La mia stampante non stampa più da ieri',
    'Quale piano dovremmo scegliere?',
    'Grazie, ha funzionato, ma adesso l’altro non va',
    'Spiegami la differenza tra un processo e un thread',
    'Non riesco ad accedere',
    'Dammi tre idee per la cena',
    'A che ora apre il panificio?',
    'Traduci questo testo in inglese',
    'C’è uno sconto per studenti?',
    'Il mio pacco è arrivato danneggiato',
  ],
  pt: [
    'Como posso redefinir a minha senha?',
    'Onde está o pedido que fiz na semana passada?',
    'Escreva um resumo curto deste artigo',
    'A minha impressora não imprime nada desde ontem',
    'Qual plano devemos escolher?',
    'Obrigado, funcionou, mas agora o outro falha',
    'Explique a diferença entre um processo e uma thread',
    'Não consigo entrar na minha conta',
    'Me dê três ideias para o jantar',
    'A que horas abre a padaria?',
    'Traduza este texto para o inglês',
    'Há desconto para estudantes?',
    'Meu pacote chegou danificado',
  ],
  nl: [
    'Hoe kan ik mijn wachtwoord opnieuw instellen?',
    'Waar is de bestelling die ik vorige week heb geplaatst?',
    'Schrijf een korte samenvatting van dit artikel',
    'Mijn printer drukt sinds gisteren niets meer af',
    'Welk abonnement moeten we kiezen?',
    'Bedankt, dat werkte, maar nu werkt de andere niet',
    'Leg het verschil uit tussen een proces en een thread',
    'Ik kan niet inloggen',
    'Geef me drie ideeën voor het avondeten',
    'Hoe laat gaat de bakker open?',
    'Vertaal deze tekst naar het Engels',
    'Is er een korting voor studenten?',
    'Mijn pakket is beschadigd aangekomen',
  ],
  pl: [
    'Jak mogę zresetować moje hasło?',
    'Gdzie jest zamówienie, które złożyłem w zeszłym tygodniu?',
    'Napisz krótkie streszczenie tego artykułu',
    'Moja drukarka nie drukuje od wczoraj',
    'Który plan powinniśmy wybrać?',
    'Dziękuję, zadziałało, ale teraz drugi nie działa',
    'Wyjaśnij różnicę między procesem a wątkiem',
    'Nie mogę się zalogować',
    'Podaj trzy pomysły na kolację',
    'O której otwiera się piekarnia?',
    'Przetłumacz ten tekst na angielski',
    'Czy jest zniżka dla studentów?',
    'Moja paczka dotarła uszkodzona',
  ],
  sv: [
    'Hur kan jag återställa mitt lösenord?',
    'Var är beställningen som jag gjorde förra veckan?',
    'Skriv en kort sammanfattning av den här artikeln',
    'Min skrivare skriver inte ut något sedan i går',
    'Vilket abonnemang ska vi välja?',
    'Tack, det fungerade, men nu går inte den andra',
    'Förklara skillnaden mellan en process och en tråd',
    'Jag kan inte logga in',
    'Ge mig tre idéer till middag',
    'När öppnar bageriet?',
    'Översätt den här texten till engelska',
    'Finns det studentrabatt?',
    'Mitt paket kom fram skadat',
  ],
  tr: [
    'Şifremi nasıl sıfırlayabilirim?',
    'Geçen hafta verdiğim sipariş nerede?',
    'Bu makalenin kısa bir özetini yaz',
    'Yazıcım dünden beri hiçbir şey yazdırmıyor',
    'Hangi planı seçmeliyiz?',
    'Teşekkürler, işe yaradı ama şimdi diğeri çalışmıyor',
    'Süreç ile iş parçacığı arasındaki farkı açıkla',
    'Giriş yapamıyorum',
    'Akşam yemeği için üç fikir ver',
    'Fırın saat kaçta açılıyor?',
    'Bu metni İngilizceye çevir',
    'Öğrenci indirimi var mı?',
    'Paketim hasarlı geldi',
  ],
  ja: [
    'パスワードを忘れました',
    '注文はどこですか',
    '要約を書いてください',
    '東京の天気',
    'プリンターが動きません',
    'ありがとう',
  ],
  zh: [
    '如何重置密码？',
    '我的订单在哪里？',
    '请写一个简短的摘要',
    '打印机坏了',
    '北京明天的天气',
    '谢谢，现在可以了',
  ],
  ko: [
    '비밀번호를 잊어버렸어요',
    '주문은 어디에 있나요?',
    '요약을 써 주세요',
    '프린터가 안 돼요',
    '서울 날씨',
    '감사합니다',
  ],
  ru: [
    'Как сбросить пароль?',
    'Где мой заказ?',
    'Напиши краткое содержание',
    'Принтер не печатает',
    'Какой тариф выбрать?',
    'Спасибо, теперь работает',
  ],
  ar: [
    'كيف أغير كلمة المرور؟',
    'أين طلبي؟',
    'اكتب ملخصا قصيرا',
    'الطابعة لا تعمل',
    'أي خطة نختار؟',
    'شكرا جزيلا',
  ],
  el: [
    'Πώς αλλάζω τον κωδικό μου;',
    'Πού είναι η παραγγελία μου;',
    'Γράψε μια σύντομη περίληψη',
    'Ο εκτυπωτής δεν δουλεύει',
    'Ποιο πακέτο;',
    'Ευχαριστώ πολύ',
  ],
  he: [
    'איך מאפסים סיסמה?',
    'איפה ההזמנה שלי?',
    'כתוב סיכום קצר',
    'המדפסת לא עובדת',
    'איזו תוכנית לבחור?',
    'תודה רבה',
  ],
  hi: [
    'पासवर्ड कैसे बदलें?',
    'मेरा ऑर्डर कहाँ है?',
    'एक छोटा सारांश लिखो',
    'प्रिंटर काम नहीं कर रहा',
    'कौन सी योजना?',
    'धन्यवाद',
  ],
  th: ['ฉันลืมรหัสผ่าน', 'คำสั่งซื้อของฉันอยู่ที่ไหน', 'เขียนสรุปสั้นๆ', 'เครื่องพิมพ์ไม่ทำงาน', 'เลือกแผนไหนดี', 'ขอบคุณ'],
}

for (const [language, own] of Object.entries(sentences)) {
  test(`sentences of ${language} are told`, () => {
    assert.ok(own.length >= 6)
    const wrong = own.filter((sentence) => languageOf(sentence) !== language)
    assert.ok(wrong.length <= 1, wrong.map((sentence) => `${languageOf(sentence)}: ${sentence}`).join('\n'))
  })
}

test('of all these sentences at least 95 % are told right, and none is taken for English', () => {
  const all = Object.entries(sentences).flatMap(([language, own]) => own.map((text) => ({ language, text })))
  const wrong = all.filter(({ language, text }) => languageOf(text) !== language)
  assert.ok(wrong.length <= all.length * 0.05, `${wrong.length} of ${all.length}`)
  assert.deepEqual(
    wrong.filter(({ text }) => languageOf(text) === 'en'),
    [],
  )
})

const commands = [
  'list all files',
  'run tests',
  'I need help',
  'die hard',
  'ask Ben about it',
  'la la land',
  'no, try again',
  'open example.com',
  'var x = 1',
  'import os',
  'sort by date desc',
  'git commit -m init',
  'ls -la | grep de',
  'go on',
  'do it',
  'SELECT * FROM se WHERE id = 1',
  'fix main.es and mi.de',
  'man ls',
  'use vi not nano',
  'delete user 7',
  'status?',
  'El Nino forecast',
  'price per unit',
  'draw me a cat',
  'translate: hola',
  'play some music',
  'max token count',
  'rename a to b',
  'show e and i',
  'compare DE and FR',
  'de facto standard',
  'a la carte menu',
  'OK',
  'hi',
  'update résumé',
  'call Müller',
  'São Paulo hotel',
  'café near me',
]

test('no short English command is claimed as another language', () => {
  const claimed = commands.filter((text) => !['', 'en'].includes(languageOf(text)))
  assert.deepEqual(
    claimed.map((text) => `${text}: ${languageOf(text)}`),
    [],
  )
})

test('what says too little is no language', () => {
  for (const text of ['', ' ', '12345', '?!', '🙂🙂🙂', 'x = 4 * (y + 2)', 'https://example.com/de/la/el'])
    assert.equal(languageOf(text), '', text)
})

test('code and names of another language do not decide', () => {
  const code = 'for (const de of la) { if (der === die) return das.und.ist(nicht) }'
  assert.equal(languageOf(`What is wrong with this function?\n\`\`\`js\n${code}\n\`\`\``), 'en')
  assert.equal(
    languageOf(`Warum wirft das hier einen Fehler?\n\`\`\`\nfor the item in the list of this\n\`\`\``),
    'de',
  )
  assert.equal(languageOf('How do you pronounce 東京 in English?'), 'en')
  assert.equal(languageOf('Wat betekent "the end of the world" en wie heeft het bedacht?'), 'nl')
})

test('kana among many characters make it Japanese, a foreign word among Cyrillic does not', () => {
  assert.equal(languageOf('明日の会議の議事録'), 'ja')
  assert.equal(languageOf('Как установить Docker на Ubuntu?'), 'ru')
})

test('a hostile text takes no longer than an ordinary one of its length', () => {
  const ordinary = 'What is wrong with this one? '.repeat(600)
  const costOf = (text: string) => {
    const before = process.cpuUsage()
    for (let round = 0; round < 20; round += 1) languageOf(text)
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  costOf(ordinary)
  for (const piece of ['a', '_', '`', '```', 'a.', '-a', ' ', 'é', '漢', '("', '\u0301'])
    assert.ok(costOf(piece.repeat(16_384)) < 50 * costOf(ordinary) + 20_000, JSON.stringify(piece))
})

test('only the beginning is read, and nothing throws', () => {
  assert.equal(
    languageOf(`Wie geht das hier mit der Rechnung? ${'the of and is '.repeat(1000)}`.slice(0, 40)),
    'de',
  )
  assert.equal(languageOf(`${'Das ist nicht gut. '.repeat(200)}${'the of and is '.repeat(5000)}`), 'de')
  assert.doesNotThrow(() => languageOf('\ud800\udfff\ud800 lone \udc00'))
})

test('the configuration knows the languages that are recognised', () => {
  assert.deepEqual(languagesKnown, [...languages])
})
