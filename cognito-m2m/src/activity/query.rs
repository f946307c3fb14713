use super::client_activity::ClientActivity;

/// The default number of clients on a page.
const DEFAULT_PER_PAGE: u32 = 50;

/// The maximum number of clients on a page.
pub(crate) const MAX_PER_PAGE: u32 = 500;

/// A query for client activity: search, order and page.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::{ClientQuery, SortBy};
///
/// let query = ClientQuery::new()
///     .with_search("sync")
///     .with_order(SortBy::FirstSeenAt, false)
///     .with_page(3)
///     .with_per_page(20);
/// assert_eq!((query.search(), query.page()), ("sync", 3));
/// assert_eq!((query.sort_by(), query.is_descending()), (SortBy::FirstSeenAt, false));
/// assert_eq!((query.offset(), query.limit()), (40, 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientQuery {
    search: String,
    sort_by: SortBy,
    descending: bool,
    page: u32,
    per_page: u32,
}

impl ClientQuery {
    /// Creates a query for the first page of all clients, with the most recently seen first and 50
    /// clients on a page.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            search: String::new(),
            sort_by: SortBy::LastSeenAt,
            descending: true,
            page: 1,
            per_page: DEFAULT_PER_PAGE,
        }
    }

    /// Restricts the query to client IDs that contain this text, ignoring ASCII case. An empty
    /// string matches all clients.
    #[must_use]
    pub fn with_search(mut self, search: impl Into<String>) -> Self {
        self.search = search.into();
        self
    }

    /// Sets the field to sort by, and the direction.
    #[must_use]
    pub const fn with_order(mut self, sort_by: SortBy, descending: bool) -> Self {
        self.sort_by = sort_by;
        self.descending = descending;
        self
    }

    /// Sets the page number, starting at 1. The number 0 is treated as 1.
    #[must_use]
    pub const fn with_page(mut self, page: u32) -> Self {
        self.page = if page == 0 { 1 } else { page };
        self
    }

    /// Sets the maximum number of clients on a page. It is clamped to between 1 and 500.
    #[must_use]
    pub const fn with_per_page(mut self, per_page: u32) -> Self {
        self.per_page = match per_page {
            0 => 1,
            1..=MAX_PER_PAGE => per_page,
            _ => MAX_PER_PAGE,
        };
        self
    }

    /// Returns the text that client IDs must contain. It is empty if all clients match.
    #[must_use]
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Returns the field to sort by.
    #[must_use]
    pub const fn sort_by(&self) -> SortBy {
        self.sort_by
    }

    /// Returns `true` if the order is descending.
    #[must_use]
    pub const fn is_descending(&self) -> bool {
        self.descending
    }

    /// Returns the page number, starting at 1.
    #[must_use]
    pub const fn page(&self) -> u32 {
        self.page
    }

    /// Returns the maximum number of clients on a page, for the `LIMIT` clause of an SQL query.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.per_page
    }

    /// Returns the number of clients on the preceding pages, for the `OFFSET` clause of an SQL
    /// query.
    #[must_use]
    pub fn offset(&self) -> u64 {
        u64::from(self.page.saturating_sub(1)).saturating_mul(u64::from(self.per_page))
    }
}

impl Default for ClientQuery {
    fn default() -> Self {
        Self::new()
    }
}

/// The field that clients are sorted by. Equal values are sorted by client ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The client ID, in the order of the database's collation.
    ClientId,
    /// The time of the first authenticated request.
    FirstSeenAt,
    /// The time of the latest authenticated request.
    LastSeenAt,
}

impl SortBy {
    /// Returns the name of the database column, such as `last_seen_at`.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::FirstSeenAt => "first_seen_at",
            Self::LastSeenAt => "last_seen_at",
        }
    }
}

/// The result of a [`ClientQuery`]: a page of clients and the total number of matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRows {
    /// The clients of the requested page.
    pub clients: Vec<ClientActivity>,
    /// The number of clients that match the search, across all pages.
    pub total: u64,
}
