/**
 * Words by what they do in a sentence, of English, German, Spanish, French, Italian, Portuguese, Dutch and Russian
 * together: a word of one language hardly ever stands between two of another. Accents and case do not matter;
 * `instruction(s|)` is two words.
 */
export const lexicon: Readonly<Record<string, string>> = {
  IGNORE: `ignore ignores disregard forget override overrule bypass neglect discard dismiss drop unlearn
    ignorier(e|en|t) vergiss vergesse vergesst missachte verwirf uberschreibe
    ignora ignoren ignorar ignorad olvida olvide olvidate olviden descarta omite anula
    ignorez ignorer oublie oubliez oublier annule neglige dimentica esqueca desconsidere negeer vergeet игнорируй забудь игнорируйте забудьте`,
  IGNORE_LAST: 'ignorieren vergessen missachten verwerfen uberschreiben negeren vergeten',
  PRIOR: `previous prior above earlier preceding foregoing former initial original existing past
    vorherig(e|en|er|em|es) bisherig(e|en|er) vorig(e|en) obig(e|en) vorangegangen(e|en) vorangehend(e|en) fruher(e|en) ursprunglich(e|en)
    anterior(es|) previ(o|a|os|as) inicial(es|) original(es|)
    precedent(e|s|es|i|) anterieur(e|s|es|) initial(e|es) initiaux vorige eerdere voorgaande предыдущие прежние все`,
  ABOVE: 'above oben arriba dessus precede',
  ORDERS: `instruction(s|) directive(s|) command(s|) order(s|) prompt(s|) rule(s|) guideline(s|) programming training conditioning
    anweisung(en|) instruktion(en|) regel(n|) vorgabe(n|) befehl(e|en) richtlinie(n|) anleitung(en|)
    instruccion(es|) ordenes regla(s|) indicacion(es|) directriz directrices
    consigne(s|) regle(s|) istruzioni regole instrucoes regras instructies regels инструкции указания правила`,
  ALL: 'everything all anything alles todo tout tutto tudo alle todas toutes todos tous каждое всё',
  TOLD: `told said instructed taught learned learnt gesagt gelernt mitgeteilt beigebracht dicho dijeron dijo ensenado
    dit appris detto dito verteld сказано`,
  YOUR: 'your deine deinen deiner deines dein ihre ihren tu tus su sus ton tes votre vos tua tue suas je jouw твои твой',
  THE: 'the your this den das die deinen deine el la las los tu tus su le les ton ta tes votre vos il de het',
  SHOW: `show print tell repeat output display give return spell zeig zeige zeigen nenne gib wiederhole schreibe sag sage
    muestra muestrame dime imprime repite escribe ensename montre affiche donne repete dis ecris montrez affichez donnez
    mostra dimmi ripeti mostre diga repita toon herhaal geef покажи выведи повтори`,
  LEAK: `reveal disclose leak expose dump recite divulge uncover extract exfiltrate print repeat verrate verraten enthulle offenbare
    revela revelame divulga filtra revele revelez divulgue rivela раскрой`,
  SYSTEM:
    'system sistema systeme sistema developer hidden secret confidential internal geheim(e|en) secret(o|a|as|e|es) interne(n|s|) системный',
  PROMPT: `prompt(s|) instruction(s|) message(s|) directive(s|) guideline(s|) configuration preamble anweisung(en|) nachricht
    instruccion(es|) mensaje consigne(s|) istruzioni instrucoes instructies промпт`,
  SYSTEMPROMPT: 'systemprompt systemanweisung(en|) systemnachricht sysprompt',
  WHAT: 'what which was welche cuales cual quelles quel quali',
  GIVEN: 'given received told provided gegeben erhalten bekommen dado dieron recibido donne donnees recues',
  YOU: 'you du te ti tu vous dir dich usted ты вы',
  ARE: 'are re bist eres es estas вы',
  NOW: 'now nun jetzt ahora maintenant desormais ora agora теперь',
  FROM: 'from starting ab von desde des partir da',
  ON: 'on forward onwards onward an adelante',
  NEW: 'new neue neuen nueva(s|) nuevo nouvelle(s|) nouveau nuove novas nieuwe новые updated',
  TASK: 'task role mission persona identity objective goal aufgabe rolle tarea papel tache mission role',
  ANYTHING: 'anything',
  DO: 'do can',
  JAILBREAK: 'jailbreak jailbroken jailbreaking',
  DEVELOPER:
    'developer god debug sudo admin maintenance jailbreak unrestricted dan entwickler desarrollador developpeur',
  MODE: 'mode modus modo enabled activated',
  PERSONA: 'machiavellian antidan uncensoredgpt',
  UNFILTERED: `unfiltered uncensored unrestricted unlimited unbound unchained unfettered amoral ungefiltert(e|er|es|en|) unzensiert(e|er|es|en|)
    uneingeschrankt(e|er|es|en|) amoralisch(e|er|es|) censurado filtrado irrestricto nonrestricted`,
  AI: 'ai chatbot bot assistant model llm gpt chatgpt ki assistent asistente ia modelo modele assistente gpt4 persona character',
  NO: 'no without zero free devoid lacking ohne keine keinerlei keinen sin ningun ninguna sans aucun aucune pas senza nessuna sem nenhuma zonder geen без',
  ETHICAL:
    'ethical moral legal safety content ethische(n|) moralische(n|) eticas etica morales moral ethiques ethique morale',
  LIMITS: `restriction(s|) limitation(s|) limits filter(s|) filtering censorship boundaries constraints guidelines morals morality ethics rules principles
    einschrankung(en|) beschrankung(en|) grenzen zensur regeln richtlinien restriccion(es|) limite(s|) limitaciones filtro(s|) censura reglas etica
    censure regles filtres limitations restrizioni regole restricoes regras beperkingen ограничений`,
  FREE: 'free freed broken liberated escaped unbound befreit libre liberado libere',
  CONFINES:
    'confines shackles chains restraints constraints restrictions limitations fesseln cadenas chaines rules',
  NOT: `not don doesn needn cannot never longer won needn isn aren without nicht nie niemals kein no nunca jamas ne jamais non nao niet не`,
  ABIDE: `abide adhere follow obey comply bound restricted limited constrained bind apply care gebunden befolgen halten
    cumplir seguir obedecer sujeto respecter suivre obeir lie soumis соблюдать`,
  POLICY:
    'policy policies guidelines rules restrictions limitations laws norms principles regeln richtlinien normas reglas politicas politiques regles',
  REFUSE: `refuse refuses refusing decline declines reject deny ablehnen verweigern negarte negar rechazar refuser rechace
    rifiutare recusar weigeren отказывай`,
  STAY: 'stay remain break breaking breaks stays bleib bleibe mantente reste restez',
  CHARACTER: 'character persona rolle personaje personnage role personagem',
  SAY: 'say state mention include use write add begin start respond sage schreibe digas decir dis dire',
  APOLOGY:
    'sorry apologize apologise apologies apology apologizing cannot unable disclaimer(s|) warning(s|) caveat(s|) moralize moralizing lecture(s|) entschuldige disculpes excuses',
  LANGUAGE_MODEL: 'openai language',
  TWO: 'two both zwei dos deux due duas',
  RESPONSES: 'responses answers replies outputs antworten respuestas reponses risposte respostas',
  PREFIX: 'prefix start begin preface precede beginne empieza comienza commence end',
  EVERY: 'every each all jede alle cada chaque toutes',
  REPLY: 'reply response(s|) answer(s|) message(s|) sentence output antwort respuesta reponse replies',
  ACT: 'act acting behave respond function operate roleplay pose agiere verhalte actua agis comporte',
  AS: 'as like als wie como comme',
  PRETEND: `pretend pretending roleplay roleplaying simulate simulating simulated impersonate immerse emulate emulating
    tue simuliere finge simula simule pretends fais hypothetical fictional`,
  WILL: 'will going must shall wirst sollst vas debes devez dois',
  PRODUCT: 'chatgpt gpt3 gpt4 gpt openai copilot deepseek grok',
  ILLEGAL: 'illegal unlawful illegale(s|n|) ilegal(es|) illegaux legality unlawfully',
  UNETHICAL: 'unethical immoral amoral unethisch(e|es|) inmoral immorale unmoral evil',
  HARMFUL:
    'harmful dangerous malicious offensive explicit nsfw hateful derogatory inappropriate violent gefahrlich(e|es|) danino(s|) ofensivo dangereux',
  SWEAR: 'swear swearing curse cursing profanity profanities vulgar cuss fluche',
  OPENAI: 'openai anthropic google microsoft',
  OPENAIPOLICY: 'policy policies guidelines rules restrictions limitations filter filters moderation',
  BYPASS:
    'bypass bypasses circumvent evade disable deactivate defeat remove turn umgehe umgehen deaktiviere evita desactiva elude contourne desactive contourner desactiva',
  SAFETY: `safety content ethical moderation security sicherheitsfilter inhaltsfilter sicherheitsregeln sicherheitsrichtlinien seguridad securite filter filters
    safeguards guardrails`,
  REGARD:
    'regard regardless concern consideration irrespective care worry rucksicht importar consideracion egard',
  ETHICS:
    'ethics ethical morality moral morals legality legal laws law consequences safety ethik moral gesetze etica legalidad ethique legalite',
  ANSWER: 'answer respond reply comply fulfill generate produce provide tell beantworte responde reponds',
  ANY: 'any all every anything whatever jede alle cualquier toute',
  QUESTION:
    'question questions request requests prompt prompts query frage fragen pregunta pregunta(s|) question demande demandes',
  UNDERSTAND: 'understand understood acknowledge verstanden entendido compris',
  CONFIRM: 'confirm acknowledge respond reply say if bestatige confirma confirme',
  LOSE: 'lose lost losing deduct deducted subtract minus verlierst pierdes perds',
  TOKENS: 'token tokens points lives punkte puntos',
  IAM: 'im am bin soy suis ich yo je',
  CREATOR:
    'developer creator administrator admin programmer engineer entwickler administrador desarrollador developpeur administrateur',
  SEND: 'send forward email post transmit upload exfiltrate leak submit sende schicke envia enviar reenvia envoie envoyez transmets mail',
  CONVERSATION:
    'conversation chat session user users gesprach chatverlauf conversacion utilisateur usuario customer',
  HISTORY:
    'history data credentials password(s|) secrets messages transcript log logs verlauf daten historial datos contrasena historique donnees',
  TELL: 'tell inform mention alert notify reveal telling informing notifying mentioning sag informiere digas informes dis informe informer',
  USER: 'user users human customer anyone person nutzer benutzer usuario utilisateur',
  ATTENTION: 'attention dear hey hello note message notice important achtung hinweis atencion',
  READER: 'assistants assistant ai llm llms chatbot agent agents models ki assistent asistente',
  READING:
    'reading processing summarizing summarising parsing analyzing reviewing liest verarbeitet lee lees lisez',
  END: 'end ende fin fine',
  OVERRIDE: 'override overridden overwritten upgrade reset reboot takeover overrule',
  STOP: 'stop cease',
  BEING: 'being',
  DISABLED:
    'disabled lifted removed deactivated suspended void invalid obsolete cancelled aufgehoben deaktiviert ungultig desactivadas anuladas desactivees annulees apply',
  INSTEAD: 'instead stattdessen lugar plutot invece',
  OPPOSITE: 'opposite gegenteil contrario contraire',
  VALID: 'valid apply applies binding gultig validas valables force',
  /** Anywhere before it in the sentence: a question, or somebody else. */
  ASK: 'how why wie warum como comment pourquoi users attackers attacker people someone anyone angreifer nutzer usuarios atacante utilisateurs attaquant prevent protect prevents avoid techniques',
  /** Before a verb: the sentence speaks of somebody who does it, and asks nobody to. */
  TALK: `not never don doesn didn won shouldn mustn isn cannot how why if when whether does did would could should can may might
    model models assistant assistants chatbot users user attacker attackers people someone anyone they it he she who that which
    tries try trying tried attempt attempts attempting prevent prevents stop stops detect avoid against about called means mean says
    term phrase word words explain describe discuss example wie warum wenn ob nicht nie angreifer nutzer jemand wort como por si no nunca
    usuario atacante alguien frase comment pourquoi ne quand utilisateur attaquant mot without rather better`,
}
