# Issue and revoke through the queue; host, tenant and ids are yours.

curl -sS https://credtrail.org/v1/programmatic/issue \
  -H "content-type: application/json" \
  -H "x-api-key: $CREDTRAIL_API_KEY" \
  -d '{ "tenantId": "tenant_example", "badgeTemplateId": "badge_template_sakai_commits", "recipientIdentity": "learner@example.edu", "recipientIdentityType": "email", "recipientIdentifiers": [ { "identifierType": "studentId", "identifier": "12345678" } ], "idempotencyKey": "sis-issue-tenant_example-12345678-20260307" }'

curl -sS https://credtrail.org/v1/programmatic/revoke \
  -H "content-type: application/json" \
  -H "x-api-key: $CREDTRAIL_API_KEY" \
  -d '{ "tenantId": "tenant_example", "assertionId": "tenant_example:7df18c9c-1d19-42d7-9aa7-bd17e6d3cf74", "reason": "Credential revoked by issuer after policy review", "idempotencyKey": "sis-revoke-tenant_example-12345678-20260307" }'
