-- A paper found too many at an evening's count is an incident like one found in a bag.

-- Whether a paper was found in one of her bags on no line, or on her shelf at a count: she learns
-- who answers for it.
CREATE OR REPLACE FUNCTION postal_found(number text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off
    AS $$ BEGIN
        RETURN EXISTS (SELECT 1 FROM hand_over_extra x
                        WHERE x.s10 = number AND postal_lists(x.hand_over_id))
            OR EXISTS (SELECT 1 FROM evening_line l
                        WHERE l.s10 = number AND l.outcome = 'extra' AND postal_counts(l.count_id));
    END $$;

ALTER POLICY seen ON incident
    USING (postal_overlooks() OR office_id = postal_office() OR opened_by = postal_person()
           OR EXISTS (SELECT 1 FROM consignment c WHERE c.id = incident.consignment_id)
           OR EXISTS (SELECT 1 FROM hand_over h WHERE h.id = incident.hand_over_id)
           -- an extra's own office learns where its paper was found
           OR EXISTS (SELECT 1 FROM hand_over_extra x JOIN consignment c ON c.s10 = x.s10
                       WHERE x.scan_id = incident.cause)
           OR postal_misses_of(cause));

CREATE OR REPLACE VIEW incident_seen WITH (security_invoker = true) AS
SELECT i.id, i.reason, r.name_vi AS reason_vi, i.opened_at, p.full_name AS opener,
       coalesce(o.name, g.short_name) AS seen_at,
       h.number,
       -- whoever found a paper on his own shelf is its finder, as the taker of a bag is
       CASE WHEN l.outcome = 'extra' THEN 'office' ELSE h.taker_kind END AS taker_kind,
       CASE WHEN l.outcome = 'extra' THEN i.office_id ELSE h.taker_id END AS taker_id,
       coalesce(x.s10, CASE WHEN l.outcome = 'extra' THEN l.s10 END, c.s10) AS s10,
       x.s10 IS NOT NULL OR coalesce(l.outcome = 'extra', false) AS extra,
       d.ref, c.stage, c.holder_kind, c.holder_id, coalesce(ho.name, hp.full_name, ha.short_name) AS holder,
       c.offered_kind, c.offered_id, a.expires_at AS asked_until, i.outcome, i.closed_at,
       cl.full_name AS closer, ap.full_name AS approver,
       -- who sees it: where it was seen, whose list it was, who opened the bag, who has the paper now
       ARRAY[i.office_id, h.office_id, CASE WHEN h.taker_kind = 'office' THEN h.taker_id END,
             c.office_id] AS offices,
       -- the evening whose count showed it; none: something else did
       n.day AS counted_on
  FROM incident i
  JOIN reason r ON r.code = i.reason
  JOIN person p ON p.id = i.opened_by
  LEFT JOIN office o ON o.id = p.office_id
  LEFT JOIN agency g ON g.id = p.agency_id
  LEFT JOIN hand_over h ON h.id = i.hand_over_id
  LEFT JOIN hand_over_extra x ON x.scan_id = i.cause
  LEFT JOIN evening_line l ON l.cause = i.cause
  LEFT JOIN evening_count n ON n.id = l.count_id
  LEFT JOIN consignment e
    ON e.s10 = coalesce(x.s10, CASE WHEN l.outcome = 'extra' THEN l.s10 END)
  LEFT JOIN consignment c ON c.id = coalesce(i.consignment_id, e.id)
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN office ho ON c.holder_kind = 'office' AND ho.id = c.holder_id
  LEFT JOIN person hp ON c.holder_kind = 'courier' AND hp.id = c.holder_id
  LEFT JOIN agency ha ON c.holder_kind = 'agency' AND ha.id = c.holder_id
  LEFT JOIN approval a
    ON a.kind = 'close_incident' AND a.state = 'waiting' AND a.subject = i.id::text
  LEFT JOIN person cl ON cl.id = i.closed_by
  LEFT JOIN person ap ON ap.id = i.approver_id;
