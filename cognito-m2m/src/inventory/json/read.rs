use crate::inventory::json::reader::{Object, Reader};
use crate::inventory::json::version::VERSION;
use crate::inventory::json::{InvalidInventory, read_rule};
use crate::inventory::{Access, Endpoint, GuardSource, Inventory, Route, RouteGuard};

pub(super) fn inventory(json: &str) -> Result<Inventory, InvalidInventory> {
    let document = Reader::new(json)?.object()?;
    let version = document.required("version")?;
    if version.value::<u64>("a number").ok() != Some(VERSION) {
        let found = version.shown();
        return Err(InvalidInventory::Version { found });
    }
    let source = document.required("source")?;
    let routes = document.required("routes")?.elements()?;
    let routes = routes.iter().map(route).collect::<Result<_, _>>()?;
    match source.string()?.as_str() {
        "app" => Ok(Inventory::of_app(routes)),
        "items" => Ok(Inventory::of_items(routes)),
        _ => Err(source.invalid(r#""app" or "items""#)),
    }
}

fn route(route: &Reader<'_>) -> Result<Route, InvalidInventory> {
    let members = route.object()?;
    let line = members.optional("line");
    let endpoints = members.required("endpoints")?.elements()?;
    Ok(Route {
        handler: optional_string(&members, "handler")?,
        file: optional_string(&members, "file")?,
        line: line
            .map(|line| line.value("the number of a line"))
            .transpose()?,
        endpoints: endpoints.iter().map(endpoint).collect::<Result<_, _>>()?,
        access: access(&members)?,
    })
}

fn optional_string(members: &Object<'_>, name: &str) -> Result<Option<String>, InvalidInventory> {
    members.optional(name).map(Reader::string).transpose()
}

fn endpoint(endpoint: &Reader<'_>) -> Result<Endpoint, InvalidInventory> {
    let members = endpoint.object()?;
    let method = members.required("method")?.string()?;
    let path = members.required("path")?.string()?;
    Ok(Endpoint::new(method, path))
}

fn access(route: &Object<'_>) -> Result<Access, InvalidInventory> {
    let access = route.required("access")?;
    match access.string()?.as_str() {
        "guarded" => {
            let list = route.required("guards")?;
            let guards = list.elements()?;
            if guards.is_empty() {
                return Err(list.invalid("at least one guard"));
            }
            guards
                .iter()
                .map(guard)
                .collect::<Result<_, _>>()
                .map(Access::Guarded)
        }
        "public" => Ok(Access::Public {
            reason: optional_string(route, "reason")?,
        }),
        "unguarded" => Ok(Access::Unguarded),
        _ => Err(access.invalid(r#""guarded", "public" or "unguarded""#)),
    }
}

fn guard(guard: &Reader<'_>) -> Result<RouteGuard, InvalidInventory> {
    let members = guard.object()?;
    let source = members.required("source")?;
    Ok(RouteGuard {
        policy: read_rule::policy(members.required("rule")?)?,
        source: match source.string()?.as_str() {
            "attribute" => GuardSource::Attribute,
            "wrap" => GuardSource::Wrap,
            "extractor" => GuardSource::Extractor,
            _ => return Err(source.invalid(r#""attribute", "wrap" or "extractor""#)),
        },
        report_only: members.required("report_only")?.value("a boolean")?,
    })
}
