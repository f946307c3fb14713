use crate::inventory::Route;

/// The number of routes that a message names.
const MAX_NAMED: usize = 3;

/// Returns the handler of a route and its place, or its endpoints if the handler is unknown.
pub(super) fn place(route: &Route) -> String {
    let Some(handler) = &route.handler else {
        let endpoints = route.endpoints.iter();
        let endpoints = endpoints.map(|endpoint| format!("{} {}", endpoint.method, endpoint.path));
        let endpoints: Vec<_> = endpoints.collect();
        return if endpoints.is_empty() {
            "an unknown handler".to_owned()
        } else {
            endpoints.join(", ")
        };
    };
    match (&route.file, route.line) {
        (Some(file), Some(line)) => format!("{handler} ({file}:{line})"),
        _ => handler.clone(),
    }
}

/// Returns the places as a clause after a message, or an empty text without places.
pub(super) fn required_by_clause(places: &[String]) -> String {
    required_by_quoted(places, str::to_owned)
}

/// Returns the places as a clause after a message, with each of them quoted.
pub(super) fn required_by_quoted(places: &[String], quote: fn(&str) -> String) -> String {
    if places.is_empty() {
        return String::new();
    }
    let named = places.iter().take(MAX_NAMED).map(|place| quote(place));
    let named = named.collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(MAX_NAMED) {
        0 => format!(", required by {named}"),
        left => format!(", required by {named} and {left} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_places_are_named_and_the_others_are_counted() {
        let places = |count: usize| (1..=count).map(|n| format!("h{n}")).collect::<Vec<_>>();
        for (count, text) in [
            (0, ""),
            (1, ", required by h1"),
            (3, ", required by h1, h2, h3"),
            (5, ", required by h1, h2, h3 and 2 more"),
        ] {
            assert_eq!(required_by_clause(&places(count)), text);
        }
    }
}
