/** Whether a text can stand as a URL in a script's command: a quote or a blank would end it. */
export const isHealthcheckAddress = (text: string): boolean =>
  /^https?:\/\/[^\s"'<>|;]+$/.test(text);
