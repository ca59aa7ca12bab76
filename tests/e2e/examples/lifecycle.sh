# Read and change the lifecycle of an assertion; host, tenant and ids are yours.

curl -sS https://credtrail.org/v1/tenants/tenant_example/assertions/tenant_example:7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74/lifecycle \
  -H "Authorization: Bearer $ISSUER_SESSION_TOKEN"

curl -sS https://credtrail.org/v1/tenants/tenant_example/assertions/tenant_example:7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74/lifecycle/transition \
  -H "Authorization: Bearer $ISSUER_SESSION_TOKEN" \
  -H "content-type: application/json" \
  -d '{ "toState": "revoked", "reasonCode": "issuer_requested", "reason": "Credential revoked by issuing office", "transitionSource": "manual" }'
