export { monatoWebhook, resumeMonatoNotices } from "./monato-webhook.ts";
export type { MonatoWebhookOptions, WebhookVerifier } from "./monato-webhook.ts";
export type { MonatoNoticeOptions, WebhookEvent } from "./act-on-notice.ts";
export { registerMonatoWebhook } from "./register-monato-webhook.ts";
export type { MonatoWebhookRegistration, RegisteredMonatoWebhook } from "./register-monato-webhook.ts";
