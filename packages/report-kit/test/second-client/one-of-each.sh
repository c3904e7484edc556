#!/bin/sh
# Fetches one report of each provider with curl alone, and prints its SHA-256: "circle <hash>". Set the addresses and
# credentials as the sandbox prints them; BEGATEWAY_REPORT_ID and MERCADOPAGO_TASK_ID name reports that are ready.
set -eu

ask() { curl --silent --show-error --fail "$@"; }
# The value of the first member of that name: these answers have no nested quotes.
member() { sed -n "s/.*\"$1\" *: *\"\\{0,1\\}\\([^\",}]*\\)\"\\{0,1\\}.*/\\1/p" | head -n 1; }
fetched() {
  provider=$1
  shift
  printf '%s %s\n' "$provider" "$(ask "$@" | sha256sum | cut -d ' ' -f 1)"
}

link=$(ask "$CIRCLE_BASE_URL/v1/reports" -H "Authorization: Bearer $CIRCLE_API_KEY" -H "Content-Type: application/json" \
  -d '{"reportType":"camt053","date":"2026-11-19"}' | member downloadUrl)
fetched circle "$link"

link=$(ask "$BEGATEWAY_BASE_URL/api/v2/reports/$BEGATEWAY_REPORT_ID" -u "$BEGATEWAY_PSP_ID:$BEGATEWAY_SECRET_KEY" \
  | member file_url)
fetched begateway "$link"

credentials=$(ask "$MONATO_BASE_URL/v1/clients/$MONATO_CLIENT_ID/credentials" -H "x-api-key: $MONATO_API_KEY")
id=$(printf '%s' "$credentials" | member client_id)
secret=$(printf '%s' "$credentials" | member client_secret)
token=$(ask "$MONATO_BASE_URL/v1/clients/$MONATO_CLIENT_ID/auth/credential-tokens" -H "x-api-key: $MONATO_API_KEY" \
  -H "Content-Type: application/json" -d "{\"client_id\":\"$id\",\"client_secret\":\"$secret\"}" | member token)
link=$(ask "$MONATO_BASE_URL/v1/reports/clients/$MONATO_CLIENT_ID/report/download" -H "Authorization: Bearer $token" \
  -H "Content-Type: application/json" -d '{"report_type":"DAILY","operation_date":"2026-11-19"}' | member download_url)
fetched monato "$link"

reports=$MERCADOPAGO_BASE_URL/v1/account/settlement_report
name=$(ask "$reports/task/$MERCADOPAGO_TASK_ID" -H "Authorization: Bearer $MERCADOPAGO_ACCESS_TOKEN" | member file_name)
fetched mercadopago "$reports/$name" -H "Authorization: Bearer $MERCADOPAGO_ACCESS_TOKEN"
