-- Incidents as their readers need them: whose business each is, and where its paper is now.

CREATE VIEW incident_seen WITH (security_invoker = true) AS
SELECT i.id, i.reason, r.name_vi AS reason_vi, i.opened_at, p.full_name AS opener,
       coalesce(o.name, g.short_name) AS seen_at,
       h.number, h.taker_kind, h.taker_id, coalesce(x.s10, c.s10) AS s10, x.s10 IS NOT NULL AS extra,
       d.ref, c.stage, c.holder_kind, c.holder_id, coalesce(ho.name, hp.full_name, ha.short_name) AS holder,
       c.offered_kind, c.offered_id, a.expires_at AS asked_until, i.outcome, i.closed_at,
       cl.full_name AS closer, ap.full_name AS approver,
       -- who sees it: where it was seen, whose list it was, who opened the bag, who has the paper now
       ARRAY[i.office_id, h.office_id, CASE WHEN h.taker_kind = 'office' THEN h.taker_id END,
             c.office_id] AS offices
  FROM incident i
  JOIN reason r ON r.code = i.reason
  JOIN person p ON p.id = i.opened_by
  LEFT JOIN office o ON o.id = p.office_id
  LEFT JOIN agency g ON g.id = p.agency_id
  LEFT JOIN hand_over h ON h.id = i.hand_over_id
  LEFT JOIN hand_over_extra x ON x.scan_id = i.cause
  LEFT JOIN consignment n ON n.s10 = x.s10
  LEFT JOIN consignment c ON c.id = coalesce(i.consignment_id, n.id)
  LEFT JOIN dossier d ON d.id = c.dossier_id
  LEFT JOIN office ho ON c.holder_kind = 'office' AND ho.id = c.holder_id
  LEFT JOIN person hp ON c.holder_kind = 'courier' AND hp.id = c.holder_id
  LEFT JOIN agency ha ON c.holder_kind = 'agency' AND ha.id = c.holder_id
  LEFT JOIN approval a
    ON a.kind = 'close_incident' AND a.state = 'waiting' AND a.subject = i.id::text
  LEFT JOIN person cl ON cl.id = i.closed_by
  LEFT JOIN person ap ON ap.id = i.approver_id;

GRANT SELECT ON incident_seen TO postal_app;
