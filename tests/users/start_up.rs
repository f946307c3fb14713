//! Settings and mappers that do not fit together fail at start-up.

use std::time::Duration;

use cognito_m2m::settings::PoolSettings;
use cognito_m2m::users::UserMapper;
use cognito_m2m::{BuildError, CognitoAuth, Settings};

use super::directory::Directory;

/// The mapper of a [`CognitoAuth`].
#[derive(Clone, Copy)]
enum Mapper {
    Missing,
    ForEveryPool,
    Serving(&'static [&'static str]),
}

fn settings_error(settings: Settings, mapper: Mapper) -> Option<String> {
    let builder = CognitoAuth::builder()
        .settings(settings)
        .allow_undefined_groups();
    let builder = match mapper {
        Mapper::Missing => builder,
        Mapper::ForEveryPool => builder.user_mapper(Directory::default()),
        Mapper::Serving(pools) => {
            builder.user_mapper(Directory::default().serving(pools.iter().copied()))
        }
    };
    match builder.build() {
        Ok(_) => None,
        Err(BuildError::Settings(error)) => Some(error.to_string()),
        Err(error) => panic!("{error}"),
    }
}

/// A JWKS URL on which nothing listens.
const JWKS_URL: &str = "http://127.0.0.1:9/jwks.json";

fn one_pool() -> Settings {
    Settings::default()
        .region("us-east-1")
        .user_pool_id("us-east-1_AbCdEfGhI")
        .jwks_url(JWKS_URL)
        .user_mapping_enabled(true)
}

fn two_pools() -> Settings {
    let tenant = PoolSettings::default()
        .user_pool_id("eu-west-1_JkLmNoPqR")
        .jwks_url(JWKS_URL);
    one_pool().pool("tenant", tenant)
}

#[test]
fn mapper_must_name_its_pools_if_there_are_several() {
    for (settings, mapper) in [
        (one_pool(), Mapper::ForEveryPool),
        (two_pools(), Mapper::Serving(&["default", "tenant"])),
        (
            two_pools().user_mapping_enabled(false),
            Mapper::ForEveryPool,
        ),
    ] {
        assert_eq!(settings_error(settings, mapper), None);
    }
}

#[test]
fn mapping_without_a_suitable_mapper_is_an_error() {
    for (settings, mapper, problem) in [
        (
            one_pool(),
            Mapper::Missing,
            "is on, but no user mapper is configured",
        ),
        (
            two_pools(),
            Mapper::ForEveryPool,
            "the user mapper must declare which ones it serves",
        ),
        (
            two_pools(),
            Mapper::Serving(&["tenent"]),
            "serves the pool \"tenent\", which is not configured",
        ),
        (
            one_pool().mapping_timeout(Duration::ZERO),
            Mapper::ForEveryPool,
            "`mapping_timeout` (COGNITO_M2M_MAPPING_TIMEOUT): expected more than 0",
        ),
    ] {
        let error = settings_error(settings, mapper).expect("an error");
        assert!(error.contains(problem), "{problem} in {error}");
    }
}
