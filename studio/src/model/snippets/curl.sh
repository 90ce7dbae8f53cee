now=$(date +%s)
trace=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
span=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
curl -sS "{{endpoint}}/v1/traces" -H 'content-type: application/json' -d '{
  "resourceSpans": [{
    "resource": {"attributes": [
      {"key": "service.name", "value": {"stringValue": "hello"}},
      {"key": "project", "value": {"stringValue": "{{project}}"}}]},
    "scopeSpans": [{"spans": [{
      "traceId": "'"$trace"'", "spanId": "'"$span"'", "name": "hello fanlight", "kind": 1,
      "startTimeUnixNano": "'"$now"'000000000", "endTimeUnixNano": "'"$now"'500000000"}]}]}]}'
