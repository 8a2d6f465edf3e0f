/**
 * Characters that affect a terminal or a page: control characters including C1, and characters that are invisible or change the
 * text direction. Blank, line break and tab are excluded.
 */
const ACTING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** The text with those characters escaped: `\u202e`. */
export const visible = (text: string): string => text.replace(ACTING, escaped);

export const escaped = (one: string): string => {
  const code = one.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
};
