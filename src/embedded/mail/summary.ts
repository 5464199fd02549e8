import PostalMime from 'postal-mime';

/** What a developer looks for in a message; null where it has none. */
export interface Summary {
  messageId: string | null;
  subject: string | null;
  text: string | null;
  html: string | null;
}

/** Never rejects: a message that cannot be parsed is still mail, and its raw form can be read. */
export async function summarise(raw: Buffer): Promise<Summary> {
  try {
    const { messageId, subject, text, html } = await PostalMime.parse(raw);
    return {
      messageId: messageId ?? null,
      subject: subject ?? null,
      text: text ?? null,
      html: html ?? null,
    };
  } catch {
    return { messageId: null, subject: null, text: null, html: null };
  }
}
