use cognito_m2m::require_scopes;

macro_rules! guarded {
    ($name:ident, $scope:literal, $other:expr) => {
        #[require_scopes($scope, $other)]
        async fn $name() {}
    };
}

guarded!(list, "widgets/raed", "widgets/wriet");

fn main() {}
