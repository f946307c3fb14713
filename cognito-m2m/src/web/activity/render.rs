use std::fmt;
use std::sync::LazyLock;
use std::time::SystemTime;

use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::cutoff_section::CutoffSection;
use super::escape::Escaped;
use super::parameters::{self, MAX_SEARCH, sort_value};
use super::source::Source;
use super::time_element::Time;
use crate::activity::{ClientQuery, ClientRows, SortBy};
use crate::web::cutoffs::CutoffSource;

const STYLE: &str = include_str!("page.css");

/// The content security policy. It allows the inline style by its hash, and forbids scripts and all
/// other resources.
static CONTENT_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

const COLUMNS: [(SortBy, &str); 3] = [
    (SortBy::ClientId, "Client"),
    (SortBy::FirstSeenAt, "First seen"),
    (SortBy::LastSeenAt, "Last seen"),
];

pub(super) async fn respond(
    source: &Source,
    cutoffs: Option<&CutoffSource>,
    request: &HttpRequest,
) -> HttpResponse {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return HttpResponse::MethodNotAllowed()
            .insert_header((ALLOW, "GET, HEAD"))
            .finish();
    }
    let query = match parameters::parse(request.query_string()) {
        Ok(query) => query,
        Err(problem) => {
            let page = problem_page(&format!("The list cannot be shown: {problem}."));
            return html(StatusCode::BAD_REQUEST, page);
        }
    };
    let (rows, cutoffs) = tokio::join!(source.list(&query), cutoff_section(cutoffs, &query));
    match rows {
        Some(rows) => {
            let page = Page {
                query,
                rows,
                cutoffs,
            };
            html(StatusCode::OK, page.to_string())
        }
        None => {
            let page = problem_page("The list of clients is temporarily unavailable.");
            let mut response = html(StatusCode::SERVICE_UNAVAILABLE, page);
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
    }
}

/// Returns the section with the cut-offs, if the page has a store for them.
async fn cutoff_section(
    source: Option<&CutoffSource>,
    query: &ClientQuery,
) -> Option<CutoffSection> {
    let cutoffs = source?.list().await;
    let now = SystemTime::now();
    Some(CutoffSection::new(cutoffs, query.search(), now))
}

fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(ContentType::html())
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, CONTENT_POLICY.as_str()))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .body(page)
}

fn problem_page(problem: &str) -> String {
    let problem = Escaped(problem);
    format!(
        "{HEAD}<style>{STYLE}</style>{BODY}<p class=\"problem\">{problem}</p>\n<p><a href=\"?\">All clients</a></p>{END}"
    )
}

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Service clients</title>
";
const BODY: &str = "
</head>
<body>
<h1>Service clients</h1>
";
const END: &str = "
</body>
</html>
";

struct Page {
    query: ClientQuery,
    rows: ClientRows,
    cutoffs: Option<CutoffSection>,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEAD}<style>{STYLE}</style>{BODY}")?;
        self.form(f)?;
        if self.rows.clients.is_empty() {
            f.write_str("<p class=\"empty\">No clients found.</p>\n")?;
        } else {
            self.table(f)?;
        }
        self.pages(f)?;
        if let Some(cutoffs) = &self.cutoffs {
            cutoffs.fmt(f)?;
        }
        f.write_str(END)
    }
}

impl Page {
    /// Writes the search form. A search starts at the first page and keeps the order and page size.
    fn form(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let search = Escaped(self.query.search());
        let (sort, per_page) = (sort_value(&self.query), self.query.limit());
        writeln!(
            f,
            "<form method=\"get\" role=\"search\">\n\
             <input type=\"search\" name=\"search\" value=\"{search}\" maxlength=\"{MAX_SEARCH}\" aria-label=\"Part of a client ID\" placeholder=\"Part of a client ID\">\n\
             <input type=\"hidden\" name=\"sort\" value=\"{sort}\">\n\
             <input type=\"hidden\" name=\"per_page\" value=\"{per_page}\">\n\
             <button>Search</button>\n\
             </form>"
        )
    }

    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<table>\n<thead><tr>\n")?;
        for (column, label) in COLUMNS {
            self.heading(f, column, label)?;
        }
        f.write_str("</tr></thead>\n<tbody>\n")?;
        for client in &self.rows.clients {
            let id = Escaped(&client.client_id);
            let is_cut_off = |cutoffs: &CutoffSection| cutoffs.contains(&client.client_id);
            let mark = if self.cutoffs.as_ref().is_some_and(is_cut_off) {
                " <mark>cut off</mark>"
            } else {
                ""
            };
            let [first, last] = [client.first_seen_at, client.last_seen_at].map(Time);
            writeln!(
                f,
                "<tr><td data-label=\"Client\">{id}{mark}</td><td data-label=\"First seen\">{first}</td><td data-label=\"Last seen\">{last}</td></tr>"
            )?;
        }
        f.write_str("</tbody>\n</table>\n")
    }

    /// Writes a column heading. Its link sorts by the column, or reverses the order if the page is
    /// already sorted by it.
    fn heading(&self, f: &mut fmt::Formatter<'_>, column: SortBy, label: &str) -> fmt::Result {
        let is_sorted = self.query.sort_by() == column;
        let is_descending = self.query.is_descending();
        let (state, arrow) = match (is_sorted, is_descending) {
            (true, true) => (" aria-sort=\"descending\"", " \u{2193}"),
            (true, false) => (" aria-sort=\"ascending\"", " \u{2191}"),
            (false, _) => ("", ""),
        };
        // The first click sorts times from the latest, and client IDs from A.
        let descending = if is_sorted {
            !is_descending
        } else {
            column != SortBy::ClientId
        };
        let query = self.query.clone().with_page(1);
        let link = link(&query.with_order(column, descending));
        writeln!(
            f,
            "<th scope=\"col\"{state}><a href=\"{link}\">{label}{arrow}</a></th>"
        )
    }

    fn pages(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = self.query.page();
        let pages = self.rows.total.div_ceil(self.query.limit().into()).max(1);
        let clients = match self.rows.total {
            1 => "1 client".to_owned(),
            total => format!("{total} clients"),
        };
        write!(
            f,
            "<nav aria-label=\"Pages\">\n<span>Page {page} of {pages}, {clients}</span>\n"
        )?;
        let link_to = |page: u32| link(&self.query.clone().with_page(page));
        if page > 1 {
            // If the requested page is beyond the last one, this links to the last one.
            let previous = u64::from(page.saturating_sub(1)).min(pages);
            let previous = u32::try_from(previous).unwrap_or(1);
            writeln!(
                f,
                "<a rel=\"prev\" href=\"{}\">Previous</a>",
                link_to(previous)
            )?;
        }
        if u64::from(page) < pages {
            let next = link_to(page.saturating_add(1));
            writeln!(f, "<a rel=\"next\" href=\"{next}\">Next</a>")?;
        }
        f.write_str("</nav>")
    }
}

fn link(query: &ClientQuery) -> String {
    Escaped(&format!("?{}", parameters::query_string(query))).to_string()
}
