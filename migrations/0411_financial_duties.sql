-- What a citizen owes the state before the agency goes on (status 6), and the proof that it was paid.

CREATE TABLE financial_duty (
    -- the line that asked; its pause is the row of the same event
    event_id    bigint   PRIMARY KEY REFERENCES event,
    dossier_id  bigint   NOT NULL REFERENCES dossier,
    agency_id   bigint   NOT NULL REFERENCES agency,
    amount_vnd  bigint   NOT NULL CHECK (amount_vnd BETWEEN 1 AND 1000000000000),
    -- whose money it is and under which notice
    notice_no   text     NOT NULL CHECK (length(notice_no) BETWEEN 1 AND 60),
    -- the three ways of QĐ 45/2016 art. 11: at the agency, into its account, through the post
    channel     text     NOT NULL CHECK (channel IN ('agency', 'account', 'post')),
    -- the place or the account, as the citizen reads it
    pay_at      text     NOT NULL CHECK (length(pay_at) BETWEEN 1 AND 200),
    pay_by      date     NOT NULL
);
CREATE INDEX financial_duty_dossier ON financial_duty (dossier_id);

-- Seen by an officer, who answers for it; one proof ends one duty.
CREATE TABLE duty_payment (
    duty_id    bigint NOT NULL UNIQUE REFERENCES financial_duty (event_id),
    event_id   bigint PRIMARY KEY REFERENCES event,
    dossier_id bigint NOT NULL REFERENCES dossier,
    receipt_no text   NOT NULL CHECK (length(receipt_no) BETWEEN 1 AND 60),
    paid_on    date   NOT NULL,
    -- a name: shown to the agency alone
    paid_by    text   NOT NULL CHECK (length(paid_by) BETWEEN 1 AND 120)
);
CREATE INDEX duty_payment_dossier ON duty_payment (dossier_id);

GRANT SELECT, INSERT ON financial_duty, duty_payment TO postal_app;
ALTER TABLE financial_duty ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE duty_payment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Offices and couriers have no business with what the state is owed.
CREATE POLICY owner ON financial_duty TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON financial_duty FOR SELECT TO postal_app
    USING (postal_reads_all()
           OR (postal_kind() = 'citizen' OR postal_role() = 'agency_officer')
              AND EXISTS (SELECT 1 FROM dossier d WHERE d.id = financial_duty.dossier_id));
CREATE POLICY written ON financial_duty FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR agency_id = postal_agency());

CREATE POLICY owner ON duty_payment TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON duty_payment FOR SELECT TO postal_app
    USING (postal_reads_all()
           OR postal_role() = 'agency_officer'
              AND EXISTS (SELECT 1 FROM dossier d WHERE d.id = duty_payment.dossier_id));
CREATE POLICY written ON duty_payment FOR INSERT TO postal_app
    WITH CHECK (postal_service() OR postal_role() = 'agency_officer');
