export { monatoWebhook, resumeMonatoNotices } from "./webhook/monato-webhook.ts";
export type { MonatoWebhookOptions, WebhookVerifier } from "./webhook/monato-webhook.ts";
export type { MonatoNoticeOptions, WebhookEvent } from "./webhook/act-on-notice.ts";
export { registerMonatoWebhook } from "./webhook/register-monato-webhook.ts";
export type { MonatoWebhookRegistration, RegisteredMonatoWebhook } from "./webhook/register-monato-webhook.ts";
