use cognito_m2m::require_scopes;

// What `#[cached]` generates from a handler, with the attribute below it on each function.
#[doc = "Origin of the cached function [`list`]."]
#[require_scopes("a")]
async fn list_no_cache(id: u32) -> u32 {
    id
}

#[require_scopes("a")]
#[doc = "This is a cached function that uses the [`LIST`] cached static."]
async fn list(id: u32) -> u32 {
    list_no_cache(id).await
}

#[doc = "Primes the cached function [`list`]."]
#[require_scopes("a")]
async fn list_prime_cache(id: u32) -> u32 {
    list_no_cache(id).await
}

fn main() {
    let _ = (list_no_cache, list, list_prime_cache);
}
