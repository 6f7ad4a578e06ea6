export interface Marker {
  readonly start: number
  readonly end: number
  readonly weight: number
}

/** Written by templates between the turns of a conversation; each begins with a sign, and none has an open end. */
const template =
  /<\|(?:im_start|im_end|im_sep|system|user|assistant|end|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|python_tag|endofprompt)\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:start_of_turn|end_of_turn)>|<\/?(?:system|system_prompt|sys|instructions)>|<｜(?:User|Assistant|begin▁of▁sentence)｜>|\[\/?(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS)\]/g
const heading =
  /\n[ \t]{0,4}(?:#{2,4} ?(?:system|instruction|assistant|new instructions)[^\n:]{0,24}:?|(?:system|developer|assistant|human) ?(?:prompt|message)?:)/gi
const json = /"role"\s{0,3}:\s{0,3}"(?:system|developer)"/g
/** Scripts without blanks between words, and so without words for the lexicon. */
const unspaced =
  /(?:忽略|无视|無視|忘记|忘記)[^。\n]{0,12}(?:指令|提示|规则|規則|指示|内容)|(?:指示|命令|ルール)を?(?:すべて|全て)?(?:無視|忘れ)|(?:이전|위의)[^.\n]{0,12}(?:지시|명령)[^.\n]{0,8}(?:무시|잊)|(?:显示|输出|透露)[^。\n]{0,8}(?:系统提示|系统指令)/g

/** Signs of chat templates weigh 3 with people, and 4 in what a tool brought: nobody there has a turn. */
export function markersIn(text: string, isTool: boolean): Marker[] {
  const found: Marker[] = []
  const weight = isTool ? 4 : 3
  if (text.includes('<') || text.includes('[')) collect(found, text, template, weight)
  // At the beginning of the text as of any line.
  collect(found, `\n${text}`, heading, isTool ? 3 : 2)
  if (text.includes('"role"')) collect(found, text, json, isTool ? 3 : 2)
  if (/[忽无無忘指命ル이위显输透]/.test(text)) collect(found, text, unspaced, 4)
  return found
}

function collect(found: Marker[], text: string, pattern: RegExp, weight: number): void {
  for (const { 0: written, index } of text.matchAll(pattern))
    found.push({ start: index, end: index + written.length, weight })
}
