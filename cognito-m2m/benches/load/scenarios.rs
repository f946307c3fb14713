use Database::{Postgres, Sqlite};
use Load::{
    ExpiredToken, ForgedSignature, HundredThousandTokens, MissingScope, NoToken, OneToken,
    ThousandTokens,
};
use ServerKind::{Activity, Bare, DiscardedActivity, Guarded, Rival, User};

use crate::generator::Idle;
use crate::requests::Load;

/// A server and the requests that it gets.
pub(crate) struct Scenario {
    /// The name, for the command line.
    pub(crate) name: &'static str,
    /// The name in the report.
    pub(crate) text: &'static str,
    pub(crate) kind: ServerKind,
    pub(crate) load: Load,
    /// The status of every response.
    pub(crate) status: u16,
    /// The behavior of the generator, if it has a core of its own.
    pub(crate) idle: Idle,
    pub(crate) goal: Option<Goal>,
}

/// The handling of a request by the server of a scenario.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ServerKind {
    /// Responds without looking at the token.
    Bare,
    /// Requires a token with a scope. The cache of verified tokens has this many entries, or the default
    /// number.
    Guarded(Option<usize>),
    /// Also records client activity, in a store that discards it.
    DiscardedActivity,
    /// Also records client activity in a table.
    Activity(Database),
    /// Also looks up the user in a table, and caches it or not.
    User(Database, UserCache),
    /// Does nearly the same with other crates. The name is the argument of the program of
    /// `tests/rivals`.
    Rival(&'static str),
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum UserCache {
    On,
    Off,
}

/// The least throughput and the most additional user time, compared with the bare server.
#[derive(Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) throughput: f64,
    pub(crate) user_microseconds: f64,
}

impl Scenario {
    const fn goal(mut self, throughput: f64, user_microseconds: f64) -> Self {
        self.goal = Some(Goal {
            throughput,
            user_microseconds,
        });
        self
    }

    const fn refused_with(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Leaves the generator's core to a database server while it waits for responses.
    const fn sharing_core(mut self) -> Self {
        self.idle = Idle::Sleep;
        self
    }

    /// Returns the scenario in which the bare server gets the same number of the same bytes from a generator
    /// that behaves the same.
    pub(crate) fn baseline(&self) -> &'static Self {
        let load = self.load.equal_in_bytes();
        SCENARIOS
            .iter()
            .find(|it| it.kind == Bare && it.load == load && it.idle == self.idle)
            .expect("every load has a bare scenario")
    }

    /// Returns the database that the server requires.
    pub(crate) fn database(&self) -> Option<Database> {
        match self.kind {
            Activity(database) | User(database, _) => Some(database),
            _ => None,
        }
    }
}

/// More than 100,000, because the cache rotates two generations of half this size.
const LARGE_CACHE: usize = 250_000;

const fn scenario(
    name: &'static str,
    text: &'static str,
    kind: ServerKind,
    load: Load,
) -> Scenario {
    Scenario {
        name,
        text,
        kind,
        load,
        status: 200,
        idle: Idle::Spin,
        goal: None,
    }
}

/// All scenarios. Those that are compared with each other are neighbors, because they run one after the
/// other.
#[rustfmt::skip]
pub(crate) static SCENARIOS: [Scenario; 25] = [
    scenario("one-token/bare", "bare, one token", Bare, OneToken),
    scenario("one-token/guarded", "guarded", Guarded(None), OneToken).goal(0.97, 0.35),
    scenario("one-token/activity", "guarded, with client activity", DiscardedActivity, OneToken).goal(0.96, 0.40),
    scenario("refusal/expired", "refused: expired token", Guarded(None), ExpiredToken).refused_with(401),
    scenario("refusal/forged", "refused: forged signature", Guarded(None), ForgedSignature).refused_with(401),
    scenario("refusal/scope", "refused: missing scope", Guarded(None), MissingScope).refused_with(403),
    scenario("rival/no-cache", "guarded, no token cache (verifies every request)", Guarded(Some(0)), OneToken),
    scenario("rival/httpauth", "actix-web-httpauth, jsonwebtoken (verifies every request)", Rival("httpauth"), OneToken),
    scenario("rival/grants", "actix-web-grants, jsonwebtoken (verifies every request)", Rival("grants"), OneToken),
    scenario("no-token/bare", "bare, no token", Bare, NoToken),
    scenario("no-token/refusal", "refused: no token", Guarded(None), NoToken).refused_with(401),
    scenario("1000-tokens/bare", "bare, 1,000 tokens", Bare, ThousandTokens),
    scenario("1000-tokens/guarded", "guarded, 1,000 tokens", Guarded(None), ThousandTokens),
    scenario("1000-tokens/activity", "activity discarded, 1,000 clients", DiscardedActivity, ThousandTokens),
    scenario("activity/sqlite", "activity on SQLite, 1,000 clients", Activity(Sqlite), ThousandTokens),
    scenario("activity/postgres", "activity on PostgreSQL, 1,000 clients", Activity(Postgres), ThousandTokens),
    scenario("user/sqlite-cached", "user from SQLite, cached", User(Sqlite, UserCache::On), ThousandTokens),
    scenario("user/sqlite", "user from SQLite, not cached", User(Sqlite, UserCache::Off), ThousandTokens),
    scenario("user/postgres-cached", "user from PostgreSQL, cached", User(Postgres, UserCache::On), ThousandTokens),
    scenario("user/postgres-bare", "bare, 1,000 tokens, generator sleeps", Bare, ThousandTokens).sharing_core(),
    scenario("user/postgres", "user from PostgreSQL, not cached, generator sleeps", User(Postgres, UserCache::Off), ThousandTokens).sharing_core(),
    scenario("100000-tokens/bare", "bare, 100,000 tokens", Bare, HundredThousandTokens),
    scenario("100000-tokens/guarded", "guarded, 100,000 tokens, default cache", Guarded(None), HundredThousandTokens),
    scenario("100000-tokens/large-cache", "guarded, 100,000 tokens, large cache", Guarded(Some(LARGE_CACHE)), HundredThousandTokens),
    scenario("100000-tokens/no-cache", "guarded, 100,000 tokens, no cache", Guarded(Some(0)), HundredThousandTokens),
];
