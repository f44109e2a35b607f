#!/usr/bin/env python3
"""First steps with the API, standard library only (Python 3.9 or later).

export SW_URL=https://… CLIENT_ID=… CLIENT_SECRET=…
python3 quickstart.py send order.xml     # an enterprise: send a CEB message, then read the receipts
python3 quickstart.py work               # an agency: fetch tasks, acknowledge, decide
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ["SW_URL"].rstrip("/") + "/api/v1"
CURSOR_FILE = "cursor.txt"
token = ""


def call(method, path, body=None, content_type="application/json", **headers):
    """One request; waits when asked to (429, 503), raises on other problems."""
    while True:
        request = urllib.request.Request(URL + path, data=body, method=method)
        request.add_header("Content-Type", content_type)
        if token:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            if problem.code in (429, 503):
                time.sleep(int(problem.headers.get("Retry-After", "1")))
                continue
            raise SystemExit("%s %s: %s" % (method, path, problem.read().decode()))


def sign_in():
    """1. A token lives one hour."""
    global token
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ["CLIENT_ID"],
        "client_secret": os.environ["CLIENT_SECRET"],
    }
    body = urllib.parse.urlencode(form).encode()
    token = call("POST", "/oauth/token/", body, "application/x-www-form-urlencoded")["access_token"]


def cursor(new=None):
    """Where reading stopped; keep it, so that nothing is read twice and nothing is missed."""
    if new is not None:
        with open(CURSOR_FILE, "w") as file:
            file.write(new)
        return new
    return open(CURSOR_FILE).read() if os.path.exists(CURSOR_FILE) else ""


def send(path):
    """2. Send a message; the same bytes again get the same receipt. 3. Read receipts behind the cursor."""
    with open(path, "rb") as file:
        sent = call(
            "POST", "/messages/", file.read(), "application/xml", Idempotency_Key=os.path.basename(path)
        )
    print("sent: message %s, receipt %s" % (sent["message"], sent["receipt"]))
    while True:
        page = call("GET", "/receipts/?" + urllib.parse.urlencode({"cursor": cursor()}))
        for receipt in page["results"]:
            print("receipt %(id)s: %(message_type)s %(status)s %(info)s" % receipt)
        cursor(page["next"])
        if not page["more"]:
            return  # a system of yours asks again every few seconds


def work():
    """4. Fetch tasks, acknowledge them (a lease), decide before `leased_until`; what is late is offered again."""
    page = call("GET", "/agency/tasks/?limit=500")
    tasks = page["results"]
    if not tasks:
        return print("no tasks")
    call("POST", "/agency/tasks/ack/", json.dumps({"ids": [task["id"] for task in tasks]}).encode())
    decisions = [{"task": task["id"], **decide(task)} for task in tasks]
    key = "tasks-%s-%s" % (tasks[0]["id"], tasks[-1]["id"])
    answer = call(
        "POST", "/agency/decisions/", json.dumps({"decisions": decisions}).encode(), Idempotency_Key=key
    )
    for result in answer["results"]:
        print("task %(task)s: %(status)s" % result, result.get("error", ""))


def decide(task):
    """Yours to write: what your system says to a task. Here: an SMS was delivered."""
    return {"outcome": "reported", "detail": {"code": "DELIVRD"}}


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("send", "work"):
        raise SystemExit(__doc__)
    sign_in()
    send(sys.argv[2]) if sys.argv[1] == "send" else work()
