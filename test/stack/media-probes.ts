import { denied, type Probe, probe } from './policy-fixture.ts';

const FACTS = `'{"sha256": "${'cc'.repeat(32)}", "bytes": 1, "crc32": 1, "mime": "image/png", "width": 1,
  "height": 1, "orientation": 1, "averageColor": "#000000"}'`;

const UPLOADS: Probe[] = [
  probe(
    `select app.record_upload('img_new', ${FACTS}, 'upload:x.png', '{}')`,
    1,
    1,
    'forbidden',
    'forbidden',
    'forbidden',
    'denied',
  ),
  probe(
    `select app.record_upload('img_new', jsonb_set(${FACTS}, '{sha256}', to_jsonb(repeat('aa', 32))), 'upload:', '{}')`,
    1,
    1,
    'forbidden',
    'forbidden',
    'forbidden',
    'denied',
  ),
];

const PUBLIC_PROJECTS: Probe[] = [
  probe(
    `select app.set_visibility('prj_a', 'public')`,
    1,
    'forbidden',
    'forbidden',
    'not_found',
    'not_found',
    'denied',
  ),
  denied(`update projects set visibility = 'public'`),
  probe(`select from app.public_image('prj_b', 'img_b')`, 1, 1, 1, 1, 1, 'denied'),
  probe(`select from app.public_image('prj_a', 'img_a')`, 0, 0, 0, 0, 0, 'denied'),
  probe(`select from app.public_image('prj_b', 'img_a')`, 0, 0, 0, 0, 0, 'denied'),
  probe(`select from app.public_project('prj_b')`, 1, 1, 1, 1, 1, 'denied'),
  probe(`select from app.public_project('prj_a')`, 0, 0, 0, 0, 0, 'denied'),
  probe(`select from app.public_images('prj_b', null, 10)`, 1, 1, 1, 1, 1, 'denied'),
  probe(`select from app.public_images('prj_a', null, 10)`, 0, 0, 0, 0, 0, 'denied'),
];

const SWEEPS: Probe[] = [
  denied('select from blob_sweeps'),
  denied(`insert into blob_sweeps (sha256) values (decode(repeat('aa', 32), 'hex'))`),
  denied('update blob_sweeps set released_at = now()'),
  denied('delete from blob_sweeps'),
  probe(`select from app.sweep_state(repeat('d2', 32)) as s where s = 'removing'`, 1, 1, 1, 1, 1, 1),
  probe(`select app.revive_blob(repeat('d3', 32))`, 1, 1, 1, 1, 1, 1),
  // It has no living image, and those two have been marked already.
  probe(
    `select from app.begin_sweep(10) as content where content = repeat('d1', 32)`,
    'denied',
    'denied',
    'denied',
    'denied',
    'denied',
    1,
  ),
  probe(`select app.end_sweep('[]')`, 'denied', 'denied', 'denied', 'denied', 'denied', 1),
  // Of a living image, and of none.
  probe(
    `select from app.note_orphans(jsonb_build_array(repeat('aa', 32), repeat('ee', 32))) as n where n = 1`,
    'denied',
    'denied',
    'denied',
    'denied',
    'denied',
    1,
  ),
];

export const MEDIA_PROBES: readonly Probe[] = [...UPLOADS, ...PUBLIC_PROJECTS, ...SWEEPS];
