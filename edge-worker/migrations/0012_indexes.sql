-- What is erased and forgotten is found by an index, as is all else: tests/e2e/plans.test.mjs.

CREATE INDEX mail_of_recipient ON mail (organization_id, recipient);
CREATE INDEX webhook_event_of_organization ON webhook_event (organization_id);
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE state <> 'waiting';
