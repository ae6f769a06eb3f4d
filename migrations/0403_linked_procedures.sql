-- Linked procedures: one form, several agencies one after the other, and a due date that sums their limits.

CREATE TABLE procedure_part (
    id             bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    procedure_code text     NOT NULL CHECK (procedure_code ~ '^\d\.\d{6}$'),
    ordinal        smallint NOT NULL CHECK (ordinal BETWEEN 1 AND 9),
    -- what is done in it, and by whom, as the citizen reads it
    name_vi        text     NOT NULL CHECK (length(name_vi) BETWEEN 1 AND 200),
    agency_vi      text     NOT NULL CHECK (length(agency_vi) BETWEEN 1 AND 200),
    -- whose hours count; none: those of the agency that received the dossier
    hours_group    text,
    limit_value    integer  NOT NULL CHECK (limit_value > 0),
    limit_unit     text     NOT NULL
        CHECK (limit_unit IN ('working_hour', 'working_day', 'day', 'month')),
    -- half-open, by the day the dossier was accepted: it keeps the parts of that day
    valid_from     date     NOT NULL,
    valid_to       date,
    demo           boolean  NOT NULL,
    source         text     NOT NULL,
    CHECK (valid_from < valid_to),
    UNIQUE (procedure_code, ordinal, valid_from)
);

-- How the published sum is shared among the agencies was not seen: demonstration data.
INSERT INTO procedure_part (procedure_code, ordinal, name_vi, agency_vi, hours_group, limit_value,
                            limit_unit, valid_from, valid_to, demo, source) VALUES
    ('2.000986', 1, 'Đăng ký khai sinh', 'Ủy ban nhân dân cấp xã', NULL, 2, 'working_day',
     '2019-01-01', '2025-07-01', true, 'chosen for the demonstration'),
    ('2.000986', 2, 'Đăng ký thường trú', 'Công an', 'LD-STD', 5, 'working_day',
     '2019-01-01', '2025-07-01', true, 'chosen for the demonstration'),
    ('2.000986', 3, 'Cấp thẻ bảo hiểm y tế', 'Bảo hiểm xã hội', 'LD-STD', 3, 'working_day',
     '2019-01-01', '2025-07-01', true, 'chosen for the demonstration'),
    ('2.000986', 1, 'Đăng ký khai sinh', 'Ủy ban nhân dân cấp xã', NULL, 1, 'working_day',
     '2025-07-01', NULL, true, 'chosen for the demonstration'),
    ('2.000986', 2, 'Đăng ký thường trú', 'Công an cấp xã', 'LD-STD', 1, 'working_day',
     '2025-07-01', NULL, true, 'chosen for the demonstration'),
    ('2.000986', 3, 'Cấp thẻ bảo hiểm y tế', 'Bảo hiểm xã hội', 'LD-STD', 2, 'working_day',
     '2025-07-01', NULL, true, 'chosen for the demonstration');

GRANT SELECT ON procedure_part TO postal_app;
ALTER TABLE procedure_part ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON procedure_part TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen ON procedure_part FOR SELECT TO postal_app USING (true);
