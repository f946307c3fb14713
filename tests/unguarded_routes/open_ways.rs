//! The handlers in a guarded module that its attribute can't see.

#[path = "../../cognito-m2m-macros/tests/open_ways/module.rs"]
mod module;

use super::*;

#[actix_web::test]
async fn handlers_that_an_attribute_does_not_see_are_denied() {
    let fixture = deny(module::configure).await;
    for path in module::PATHS {
        for answer in [
            fixture.api.get_without_token(path).await,
            fixture.get_with_scope(path, "widgets/read").await,
        ] {
            assert_denied(&answer, path);
        }
    }
    let answer = fixture.api.get_without_token("/guarded").await;
    assert_eq!(answer.status, 401);
    let answer = fixture.get_with_scope("/guarded", "widgets/read").await;
    assert_eq!((answer.status, &*answer.body), (200, "guarded"));
}
