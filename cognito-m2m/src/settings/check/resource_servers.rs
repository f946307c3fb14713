use super::faults::Faults;
use crate::policy::ResourceServers;
use crate::setting_text;
use crate::settings::table::Settings;

/// Parses the identifiers of the resource servers. The fault gives the position of an invalid entry,
/// not its text.
///
/// An empty list is a fault: it would refuse every token, which is most likely a mistake.
pub(super) fn check_resource_servers(
    faults: &mut Faults,
    settings: &Settings,
) -> Option<ResourceServers> {
    const SETTING: &str = "resource_servers";
    let entries = settings.resource_servers.as_deref()?;
    if entries.is_empty() {
        faults.add(
            SETTING,
            "is empty: list at least one identifier or remove the list",
        );
    }
    for (position, entry) in (1_usize..).zip(entries) {
        if let Err(problem) = check_identifier(entry) {
            faults.add(SETTING, format!("entry {position}: {problem}"));
            return None;
        }
    }
    ResourceServers::new(entries).ok()
}

fn check_identifier(entry: &str) -> Result<(), &'static str> {
    setting_text::check(entry)?;
    ResourceServers::new([entry]).map(drop).map_err(|_| {
        "expected the identifier of a resource server: 1 to 256 visible ASCII characters other than space, `\"` and `\\`"
    })
}
