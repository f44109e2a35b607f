#!/bin/sh
# First steps with the API by curl; jq reads the answers where it is installed, sed elsewhere.
#
#   export SW_URL=https://… CLIENT_ID=… CLIENT_SECRET=…
#   sh quickstart.sh send order.xml     # an enterprise: send a CEB message, then read the receipts
#   sh quickstart.sh work               # an agency: fetch tasks, acknowledge, decide
set -eu
api="${SW_URL%/}/api/v1"

# Text of one field of a JSON answer on standard input.
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1; }

# 1. A token lives one hour.
token=$(curl -fsS "$api/oauth/token/" -d grant_type=client_credentials \
    -d "client_id=$CLIENT_ID" --data-urlencode "client_secret=$CLIENT_SECRET" |
    sed 's/: /:/g' | field access_token)

# --retry waits as long as Retry-After says when the answer is 429 or 503.
call() { curl -sS --fail-with-body --retry 3 -H "Authorization: Bearer $token" "$@"; }

case "${1:-}" in
send)
    # 2. Send a message; the same bytes again get the same receipt.
    call "$api/messages/" -H "Content-Type: application/xml" -H "Idempotency-Key: $(basename "$2")" \
        --data-binary "@$2"
    echo
    # 3. Read receipts behind the cursor and keep `next`: nothing is read twice, nothing is missed.
    cursor=$(cat cursor.txt 2>/dev/null || true)
    page=$(call -G "$api/receipts/" --data-urlencode "cursor=$cursor")
    echo "$page"
    echo "$page" | field next >cursor.txt
    ;;
work)
    # 4. Fetch a task, acknowledge it (a lease), decide before `leased_until`; what is late is offered again.
    page=$(call "$api/agency/tasks/?limit=1")
    task=$(echo "$page" | field id)
    [ -n "$task" ] || { echo "no tasks"; exit 0; }
    call "$api/agency/tasks/ack/" -H "Content-Type: application/json" -d "{\"ids\": [$task]}"
    echo
    call "$api/agency/decisions/" -H "Content-Type: application/json" -H "Idempotency-Key: task-$task" \
        -d "{\"decisions\": [{\"task\": $task, \"outcome\": \"reported\", \"detail\": {\"code\": \"DELIVRD\"}}]}"
    echo
    ;;
*)
    sed -n '2,6p' "$0"
    exit 2
    ;;
esac
