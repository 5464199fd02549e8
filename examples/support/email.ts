import nodemailer from 'nodemailer';

/** Sends through SMTP_URL; in development the embedded mail catcher is set there. */
export const email = {
  async send({ to, subject, body }: { to: string; subject: string; body: string }): Promise<void> {
    const transport = nodemailer.createTransport(process.env['SMTP_URL']);
    await transport.sendMail({ from: 'welcome@example.com', to, subject, text: body });
    transport.close();
  },
};
