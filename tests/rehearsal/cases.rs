//! Requests for every rule, with the reasons for which the rules deny them.

/// A request with a valid token.
pub(crate) struct Case {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// `client_id`, or `tenant:client_id` for a client of the second user pool.
    pub(crate) client: &'static str,
    pub(crate) scope: &'static str,
    /// A claim of the token, with its value.
    pub(crate) claim: Option<(&'static str, &'static str)>,
    /// The reason codes of the rules that deny the request, outermost first.
    pub(crate) denials: &'static [&'static str],
}

const fn case(
    request: [&'static str; 2],
    client: &'static str,
    scope: &'static str,
    denials: &'static [&'static str],
) -> Case {
    let [method, path] = request;
    Case {
        method,
        path,
        client,
        scope,
        claim: None,
        denials,
    }
}

/// Returns a request whose token has a claim.
const fn with_claim(
    path: &'static str,
    claim: (&'static str, &'static str),
    denials: &'static [&'static str],
) -> Case {
    let mut case = case(["GET", path], "other", "", denials);
    case.claim = Some(claim);
    case
}

const ADMITTED: &[&str] = &[];
const SCOPE: &[&str] = &["insufficient_scope"];
const METHOD: &[&str] = &["method_not_listed"];
const CLIENT: &[&str] = &["client_not_allowed"];
const CLAIM: &[&str] = &["claim"];

pub(crate) const CASES: [Case; 59] = [
    case(["GET", "/scope"], "other", "widgets/read", ADMITTED),
    case(["GET", "/scope"], "other", "widgets/write", SCOPE),
    case(["GET", "/scope"], "other", "", SCOPE),
    case(
        ["GET", "/default-match"],
        "other",
        "widgets/read widgets/write",
        ADMITTED,
    ),
    case(["GET", "/default-match"], "other", "widgets/read", SCOPE),
    case(["GET", "/any"], "other", "b", ADMITTED),
    case(["GET", "/any"], "other", "c", SCOPE),
    case(["GET", "/nested"], "other", "a", ADMITTED),
    case(["GET", "/nested"], "other", "b c", ADMITTED),
    case(["GET", "/nested"], "other", "b", SCOPE),
    case(["GET", "/any-scope"], "other", "a", ADMITTED),
    case(["GET", "/any-scope"], "other", "c", SCOPE),
    case(["GET", "/all-scopes"], "other", "a b", ADMITTED),
    case(["GET", "/all-scopes"], "other", "a", SCOPE),
    case(["GET", "/parts"], "other", "parts/read", ADMITTED),
    case(["GET", "/parts"], "other", "parts/write", SCOPE),
    case(["HEAD", "/parts"], "other", "parts/read", ADMITTED),
    case(["HEAD", "/parts"], "other", "parts/write", SCOPE),
    case(["POST", "/parts"], "other", "parts/admin", ADMITTED),
    case(["POST", "/parts"], "other", "parts/read", SCOPE),
    case(["GET", "/some-methods"], "other", "parts/read", ADMITTED),
    case(["HEAD", "/some-methods"], "other", "parts/read", ADMITTED),
    case(["HEAD", "/some-methods"], "other", "", SCOPE),
    case(["POST", "/some-methods"], "other", "parts/read", METHOD),
    case(["PURGE", "/some-methods"], "other", "parts/read", METHOD),
    case(["GET", "/orders"], "other", "orders/read", ADMITTED),
    case(["GET", "/orders"], "other", "orders/write", SCOPE),
    case(["POST", "/orders"], "other", "orders/write", ADMITTED),
    case(["POST", "/orders"], "other", "orders/read", SCOPE),
    case(["GET", "/clients"], "sync-worker", "", ADMITTED),
    case(["GET", "/clients"], "tenant:sync-worker-2", "", ADMITTED),
    case(["GET", "/clients"], "other", "widgets/read", CLIENT),
    // A client of one pool with the ID of a client of another pool.
    case(["GET", "/clients"], "tenant:sync-worker", "", CLIENT),
    case(["GET", "/clients"], "sync-worker-2", "", CLIENT),
    case(["GET", "/group"], "analyst", "", ADMITTED),
    case(["GET", "/group"], "other", "", CLIENT),
    with_claim("/claim", ("environment", "prod"), ADMITTED),
    with_claim("/claim", ("environment", "staging"), CLAIM),
    case(["GET", "/claim"], "other", "", CLAIM),
    with_claim("/tenants/acme", ("tenant", "acme"), ADMITTED),
    with_claim("/tenants/acme", ("tenant", "globex"), CLAIM),
    with_claim("/tenants/a%2563me", ("tenant", "acme"), CLAIM),
    case(["GET", "/tenants/acme"], "other", "", CLAIM),
    case(["GET", "/stack"], "sync-worker", "widgets/read", ADMITTED),
    case(["GET", "/stack"], "other", "widgets/read", CLIENT),
    case(["GET", "/stack"], "sync-worker", "", SCOPE),
    case(
        ["GET", "/stack"],
        "other",
        "",
        &["client_not_allowed", "insufficient_scope"],
    ),
    case(["GET", "/custom"], "other", "widgets/read", ADMITTED),
    case(["GET", "/custom"], "other", "", SCOPE),
    case(["GET", "/module"], "other", "module/read", ADMITTED),
    case(["GET", "/module"], "other", "", SCOPE),
    case(
        ["GET", "/module/stack"],
        "sync-worker",
        "module/read",
        ADMITTED,
    ),
    case(
        ["GET", "/module/stack"],
        "other",
        "",
        &["insufficient_scope", "client_not_allowed"],
    ),
    case(["GET", "/module/nested"], "other", "module/read", ADMITTED),
    case(["GET", "/module/nested"], "other", "widgets/read", SCOPE),
    case(["GET", "/actions"], "other", "widgets/read", ADMITTED),
    case(["GET", "/actions"], "other", "widgets/write", SCOPE),
    case(["POST", "/actions"], "other", "widgets/write", ADMITTED),
    case(["POST", "/actions"], "other", "widgets/read", SCOPE),
];
