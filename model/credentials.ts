/**
 * Credentials in plain text: which names announce one, which values are one, and which only look like it.
 * In doubt it is none: a name of a file, a reference, a placeholder, a switch.
 */

/** Last words of a name that holds a credential itself. */
const NOUN =
  /(?:password|passwd|passphrase|(?:api|secret|private)key)$|(?:^|_)(?:pwd|pass|secret|token|accesskey|credentials?|creds|(?:api|private|access|secret|encryption|encrypt|signing|sign|master|auth|shared|storage|account|batch|session|jwt|hmac|webhook|license|cipher|admin|root|client|service)_?key|key_content|secret_?key_?base|connection_?string|conn_?str)$/;

/** Those among them whose value is a credential even as a plain word or number. */
const PASSWORD = /(?:password|passwd|passphrase)$|(?:^|_)(?:pwd|pass)$/;

/** Words in front that make the rest the name of something else: `imagePullSecret`, `publicKey`, `tlsSecret`. */
const OTHER_THING =
  /(?:^|_)(?:pull|tls|ssl|cert|certificate|registry|existing|public|ca|bypass|by|boarding|first|one|two|max|min|num|next|page|continuation|csrf_cookie|cancellation|empty|no)_(?:pass|secret|token|key|credentials?)$|public_?key$/;

const SWITCH =
  /^(?:true|false|yes|no|on|off|enabled?|disabled?|none|null|nil|undefined|n\/a|always|never|optional|required|auto|default|basic|bearer|plain|header|cookie|oidc|jwt|file|env|vault)$/i;

const PLACEHOLDER =
  /change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|this|with)|(?:do[-_ ]?)?not[-_ ]?(?:be[-_ ]?)?used?|unused|to[-_ ]?be[-_ ]?(?:replaced|changed|set)|fill[-_ ]?(?:me|this|in)|insert|placeholder|redacted|dummy|example|^your[-_ ]|[-_ ]your[-_ ]|your(?:password|token|secret|key|api)|\bto-?do\b|\bfixme\b|\btbd\b|^(?:my)?(?:xx+|\*+|\.{3,}|-+|_+|foo|bar|foobar|string|value)$|^x{3,}|\*{3,}/i;

/** Words in capitals say what is to stand there: `YOUR_API_KEY`, `DB_PASSWORD_VALUE`. */
const STAND_IN = /^[A-Z]+(?:[_-][A-Z]+)+$/;

/** Something that is filled in later or read from elsewhere: `${X}`, `$(X)`, `{{ x }}`, `<x>`, `%x%`, `__X__`, `ENC[…]`, `vault:…`. */
const REFERENCE =
  /^\$|\$\{|\$\(|\{\{|\}\}|^<.*>|<<|^%.*%$|^__.*__$|^@.*@$|^ENC\[|^!|^(?:vault|ref|secret|secretref|ref\+\w+|op|aws|gcp|azure|arn|awssm|ssm|sm|file|env|keyvault):|^AQICA|^\[.*\]$|^\{|^\(|process\.env|^env\./i;

const PATH_OR_URL =
  /^(?:\.{0,2}\/|~\/|[A-Za-z]:\\)|^[a-z][a-z0-9+.-]*:\/\/|\.(?:pem|key|crt|json|ya?ml|txt|env|jks|p12|pfx)$/i;

/** Words of a name in lower case, joined by `_`: `dbPassword`, `DB-PASSWORD` and `db.password` are `db_password`. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase()
    .replace(/(?:_?\d+|_(?:prod|production|stag|staging|dev|test|db|database|primary|default|value|val|plain))+$/, "");
}

/** Does the name of a variable or key announce a credential. */
export function isCredentialName(name: string): boolean {
  const words = wordsOf(name);
  return NOUN.test(words) && !OTHER_THING.test(words);
}

/** Text that is no value yet, or that says where the value is. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  return text === "" || STAND_IN.test(text) || REFERENCE.test(text) || PLACEHOLDER.test(text);
}

/** Part of a connection string that lets somebody in. */
const OPENS = /(?:pass(?:word)?|pwd|key|secret|token|sig(?:nature)?)\s*=/i;

/** Is `value`, under a name that announces a credential, one: not a switch, a file, a reference or a number of something. */
export function isCredential(name: string, value: string): boolean {
  if (!isCredentialName(name)) return false;
  const text = value.trim();
  if (isPlaceholder(text) || SWITCH.test(text) || PATH_OR_URL.test(text)) return false;
  const words = wordsOf(name);
  if (PASSWORD.test(words)) return !/\s/.test(text) || text.length < 80;
  // Where a connection leads is no secret; what opens it is.
  if (/(?:connection_?string|conn_?str)$/.test(words) && !OPENS.test(text) && !IN_URL.test(text)) return false;
  if (/^-?\d+(?:\.\d+)?[a-z]{0,2}$/i.test(text) || /\s/.test(text.replace(/-----[A-Z ]+-----|;\s*/g, ""))) return false;
  // A secret or token that is written as words with hyphens is the name of an object that holds it.
  return !(/(?:secret|token|credentials?|creds)$/.test(words) && /^[a-z]+(?:[-.][a-z]+)+$/.test(text));
}

/** Where in a text a part stands. */
export interface Found {
  readonly from: number;
  readonly to: number;
}

/** Shapes that only a credential has, whatever its name. */
const SHAPES =
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{22,}|\bglpat-[A-Za-z0-9_-]{20,}|\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}\b|\b[sr]k_live_[0-9A-Za-z]{20,}|\bnpm_[A-Za-z0-9]{36}\b|\bdop_v1_[0-9a-f]{64}\b|\bhvs\.[A-Za-z0-9_-]{24,}|\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/;

/** A password in a URL: `postgres://user:password@host`. */
const IN_URL = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'<>${}]*:([^\s/@"'<>${}()]+)@[^\s/@]/i;

/** The first text of a shape that only credentials have, or a password inside a URL. */
export function findCredential(text: string): Found | undefined {
  const shape = SHAPES.exec(text);
  if (shape !== null && !/EXAMPLE/.test(shape[0])) return { from: shape.index, to: shape.index + shape[0].length };
  const url = IN_URL.exec(text);
  const password = url?.[1];
  if (
    url === null ||
    password === undefined ||
    isPlaceholder(password) ||
    /^(?:pass(?:word)?|pwd|secret|token|\d{1,5})$/i.test(password)
  )
    return undefined;
  const from = url.index + url[0].lastIndexOf(`:${password}@`) + 1;
  return { from, to: from + password.length };
}

/** Files whose lines are settings, told by their name. */
const SETTINGS = /\.(?:properties|env|ini|cfg|cnf|toml|ya?ml)$|^\.env$/i;

/** The first credential in the text of a file: of a known shape, or, in a file of settings, a line that sets one. */
export function findInFile(name: string, text: string): Found | undefined {
  const shape = findCredential(text);
  if (shape !== undefined || !SETTINGS.test(name)) return shape;
  const line =
    /^[ \t]*(?:- |export )?["']?([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*(["']?)([^\s"'#,]+)\2[ \t]*(?:#.*)?$/gm;
  for (const match of text.matchAll(line)) {
    const [whole, key = "", , value = ""] = match;
    if (!isCredential(key, value)) continue;
    const from = match.index + whole.lastIndexOf(value);
    return { from, to: from + value.length };
  }
  return undefined;
}

/** A variable that a tool fills in before the file is used: `${db_password}`, `{{ password }}`, `<< inputs.password >>`, `__PASSWORD__`. */
export function isSubstituted(text: string): boolean {
  return /\$\{|\{\{|<<|^__.*__$|^%.*%$|^@.*@$/.test(text.trim());
}

const HARMLESS_KEY =
  /(?:^|_)(?:user_?name|user|login|e?mail|url|uri|host|host_?name|server|port|type|name|database|db|endpoint|bucket|region|zone|project|tenant|namespace|path|insecure|client_?id|account_?id|tenant_?id|project_?id|subscription_?id|cert|crt|certificate|pub|public_?key|known_hosts|ca|ca_?bundle|fingerprint|version|environment|level|mode|enabled)$/;

/** Keys of a Secret whose values are no secret by themselves: a user's name, an address, a public certificate. */
export function isHarmlessKey(key: string): boolean {
  return HARMLESS_KEY.test(wordsOf(key)) || /(?:^|[._-])(?:ca|cert|chain|fullchain)\.pem$/i.test(key);
}
