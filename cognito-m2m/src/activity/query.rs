use super::interface::ClientActivity;

/// How many clients a page of the list has where nothing is said.
const DEFAULT_PER_PAGE: u32 = 50;

/// How many it has at most.
pub(crate) const MAX_PER_PAGE: u32 = 500;

/// Which clients a list shows, and in which order: without more, the latest seen first.
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

/// The column that a list is sorted by; equals are sorted by client id.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::SortBy;
///
/// assert_eq!(SortBy::LastSeenAt.column(), "last_seen_at");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The client id, as the database's collation has it.
    ClientId,
    /// The first authenticated request.
    FirstSeenAt,
    /// The latest one.
    LastSeenAt,
}

/// The clients that a query asks for, and how many there are in all.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::ClientRows;
///
/// let nobody = ClientRows { clients: Vec::new(), total: 0 };
/// assert!(nobody.clients.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRows {
    /// Those of the page.
    pub clients: Vec<ClientActivity>,
    /// The number of clients that the search finds, on all pages.
    pub total: u64,
}

impl SortBy {
    /// The name of the column.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::FirstSeenAt => "first_seen_at",
            Self::LastSeenAt => "last_seen_at",
        }
    }
}

impl ClientQuery {
    /// The first 50 of all clients, the latest seen first.
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

    /// Only clients whose id holds this text, ASCII letters in either case. Empty: all.
    #[must_use]
    pub fn with_search(mut self, search: impl Into<String>) -> Self {
        self.search = search.into();
        self
    }

    /// Sorted by this column.
    #[must_use]
    pub const fn with_order(mut self, sort_by: SortBy, descending: bool) -> Self {
        self.sort_by = sort_by;
        self.descending = descending;
        self
    }

    /// This page; the first is 1, which 0 counts as.
    #[must_use]
    pub const fn with_page(mut self, page: u32) -> Self {
        self.page = if page == 0 { 1 } else { page };
        self
    }

    /// With so many clients on a page, 1 to 500; what lies outside counts as the nearest of these.
    #[must_use]
    pub const fn with_per_page(mut self, per_page: u32) -> Self {
        self.per_page = match per_page {
            0 => 1,
            1..=MAX_PER_PAGE => per_page,
            _ => MAX_PER_PAGE,
        };
        self
    }

    /// The text that a client id must hold; empty: all clients.
    #[must_use]
    pub fn search(&self) -> &str {
        &self.search
    }

    /// The column to sort by.
    #[must_use]
    pub const fn sort_by(&self) -> SortBy {
        self.sort_by
    }

    /// Whether the greatest comes first.
    #[must_use]
    pub const fn is_descending(&self) -> bool {
        self.descending
    }

    /// The page, from 1.
    #[must_use]
    pub const fn page(&self) -> u32 {
        self.page
    }

    /// How many clients a page has at most: the limit of the statement.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.per_page
    }

    /// How many clients lie before the page: the offset of the statement.
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
