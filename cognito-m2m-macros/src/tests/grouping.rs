//! Nested `any(..)` and `all(..)` keep their meaning when they expand.

use proptest::prelude::*;
use quote::quote;
use syn::{Expr, Item, Lit, Stmt};

use crate::attribute::Attribute;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::model::{Requirement, Requirements};
use crate::policy::policy;

/// The maximum number of scopes in a rule. The truth table of `n` scopes has `2^n` rows.
const MAX_SCOPES: usize = 10;

/// A rule with the scopes `s0`, `s1` and so on.
#[derive(Clone, Debug)]
enum Tree {
    Scope(usize),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Tree {
    /// Generates rules of any shape, each with the number of its scopes.
    fn any_shape() -> impl Strategy<Value = (Self, usize)> {
        let scope = Just(Self::Scope(0));
        let tree = scope.prop_recursive(4, 12, 3, |inner| {
            let members = prop::collection::vec(inner, 2..4);
            (members, any::<bool>()).prop_map(|(members, all)| match all {
                true => Self::All(members),
                false => Self::Any(members),
            })
        });
        let numbered = tree.prop_map(|mut tree| {
            let scopes = tree.number_from(0);
            (tree, scopes)
        });
        numbered.prop_filter("the truth table is too long", |(_, scopes)| {
            *scopes <= MAX_SCOPES
        })
    }

    /// Numbers the scopes, and returns the next number.
    fn number_from(&mut self, next: usize) -> usize {
        match self {
            Self::Scope(number) => {
                *number = next;
                next + 1
            }
            Self::All(members) | Self::Any(members) => members
                .iter_mut()
                .fold(next, |next, member| member.number_from(next)),
        }
    }

    fn source(&self) -> String {
        let list = |members: &[Self]| {
            let members: Vec<_> = members.iter().map(Self::source).collect();
            members.join(", ")
        };
        match self {
            Self::Scope(number) => format!("\"s{number}\""),
            Self::All(members) => format!("all({})", list(members)),
            Self::Any(members) => format!("any({})", list(members)),
        }
    }

    fn holds(&self, granted: usize) -> bool {
        match self {
            Self::Scope(number) => granted & (1 << number) != 0,
            Self::All(members) => members.iter().all(|member| member.holds(granted)),
            Self::Any(members) => members.iter().any(|member| member.holds(granted)),
        }
    }
}

proptest! {
    #[test]
    fn grouping_is_exact((tree, scopes) in Tree::any_shape()) {
        let expansion = expansion(&tree.source());
        for granted in 0..(1 << scopes) {
            prop_assert_eq!(holds(&expansion, granted), tree.holds(granted), "{:b}", granted);
        }
    }
}

/// Returns the rule that an attribute with this argument expands to.
fn expansion(argument: &str) -> Expr {
    let mut errors = Errors::new();
    let kind = Kind::RequireScopes;
    let attribute = Attribute::parse(kind, argument.parse().unwrap(), &mut errors);
    errors.into_result().unwrap();
    let Requirements::Shared(requirement @ Requirement::Scopes(_)) = &attribute.requirements else {
        panic!("{argument} is not a requirement for scopes");
    };
    let Expr::Call(call) = syn::parse2(policy(requirement, &attribute)).unwrap() else {
        panic!("{argument} does not expand to a call");
    };
    call.args.into_iter().next().unwrap()
}

/// Evaluates an expanded rule as the runtime crate does.
fn holds(expanded: &Expr, granted: usize) -> bool {
    let Expr::Call(call) = expanded else {
        panic!("{} is not a call", quote!(#expanded));
    };
    let Expr::Path(function) = &*call.func else {
        panic!("{} does not call a function", quote!(#expanded));
    };
    let argument = call.args.first().unwrap();
    let name = &function.path.segments.last().unwrap().ident;
    match name.to_string().as_str() {
        "scope" => granted & (1 << scope_number(argument)) != 0,
        "all" => members(argument)
            .iter()
            .all(|member| holds(member, granted)),
        "any" => members(argument)
            .iter()
            .any(|member| holds(member, granted)),
        other => panic!("{other} is not a rule"),
    }
}

fn scope_number(argument: &Expr) -> u32 {
    let Expr::Lit(literal) = argument else {
        panic!("{} is not a literal", quote!(#argument));
    };
    let Lit::Str(scope) = &literal.lit else {
        panic!("{} is not a string", quote!(#argument));
    };
    scope.value().trim_start_matches('s').parse().unwrap()
}

/// Returns the elements of `{ const LIST: &[..] = &[..]; LIST }`.
fn members(argument: &Expr) -> Vec<Expr> {
    let Expr::Block(block) = argument else {
        panic!("{} is not a block", quote!(#argument));
    };
    let Some(Stmt::Item(Item::Const(list))) = block.block.stmts.first() else {
        panic!("{} does not define a list", quote!(#argument));
    };
    let Expr::Reference(reference) = &*list.expr else {
        panic!("{} is not a reference", quote!(#list));
    };
    let Expr::Array(array) = &*reference.expr else {
        panic!("{} is not an array", quote!(#list));
    };
    array.elems.iter().cloned().collect()
}
