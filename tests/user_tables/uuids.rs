use cognito_m2m::users::UserMapper;
use serde_json::{Value, json};

use super::exactness::{find, try_near_misses};

/// The UUIDs in every UUID column with the IDs of their rows. They differ in one letter.
const UUIDS: [(&str, i32); 2] = [
    ("67e55044-10ba-426f-9247-bb680e5fe0c8", 1),
    ("67e55044-10ba-426f-9247-bb680e5fe0ca", 2),
];

pub(super) fn uuid_rows(table: &str) -> String {
    let rows = UUIDS.map(|(uuid, id)| format!("INSERT INTO {table} VALUES ({id}, '{uuid}');"));
    rows.concat()
}

pub(super) async fn try_uuid_column<M>(mapper: &M, kind: &str) -> usize
where
    M: UserMapper,
    for<'a> i32: From<&'a M::User>,
{
    let near_misses = uuid_near_misses();
    for claim in &near_misses {
        assert_eq!(find(mapper, kind, claim).await, None, "{kind}: {claim}");
    }
    for (uuid, id) in UUIDS {
        let mixed_case = uuid.replacen('a', "A", 1);
        for claim in [uuid.to_owned(), uuid.to_uppercase(), mixed_case] {
            let found = find(mapper, kind, &claim.into()).await;
            assert_eq!(found, Some(id), "{kind}: {uuid}");
        }
    }
    near_misses.len() + try_near_misses(mapper, kind).await
}

/// Claims that PostgreSQL or a lenient parser would accept as the first UUID.
fn uuid_near_misses() -> Vec<Value> {
    let uuid = UUIDS[0].0;
    let plain = uuid.replace('-', "");
    let texts = [
        plain.clone(),
        plain.to_uppercase(),
        format!("{{{uuid}}}"),
        format!("{{{plain}}}"),
        format!("{{{uuid}"),
        format!("{uuid}}}"),
        format!("urn:uuid:{uuid}"),
        format!("URN:UUID:{uuid}"),
        format!("urn:uuid:{plain}"),
        format!(" {uuid}"),
        format!("{uuid} "),
        format!("\t{uuid}"),
        format!("{uuid}\n"),
        format!("{uuid}\0"),
        format!("{uuid}\u{200b}"),
        format!("\u{feff}{uuid}"),
        format!("'{uuid}'"),
        format!("0x{plain}"),
        format!("{uuid}0"),
        uuid[1..].to_owned(),
        uuid[..35].to_owned(),
        format!("{}9", &uuid[..35]),
        uuid.replace('-', " "),
        uuid.replace('-', "_"),
        uuid.replace('-', "\u{2010}"),
        uuid.replace('-', "--"),
        uuid.replacen('6', "６", 1),
        uuid.replacen('a', "а", 1),
        uuid.replacen('a', "g", 1),
        // PostgreSQL accepts hyphens after any group of four digits.
        "67e5-5044-10ba-426f-9247-bb68-0e5f-e0c8".to_owned(),
        "67e5504410ba-426f-9247-bb680e5fe0c8".to_owned(),
        "67e55044-10ba-426f9247-bb680e5fe0c8-".to_owned(),
    ];
    let others = [
        json!(137_892_932_u64),
        json!([uuid]),
        json!({ "uuid": uuid }),
        json!(null),
    ];
    texts.into_iter().map(Value::from).chain(others).collect()
}
