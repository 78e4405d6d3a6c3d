//! Which operators go with which types.

use crate::model::schema::Type;
use crate::rules::operators::Operator;

impl Operator {
    /// Whether it can be used on a field of this type.
    #[must_use]
    pub fn fits(self, ty: Type) -> bool {
        let list = matches!(ty, Type::List(_));
        let structure = matches!(ty, Type::Struct(_));
        let tree = matches!(ty, Type::Tree);
        let text = matches!(ty, Type::Str | Type::Path | Type::Enum(_) | Type::Version);
        let ordered = matches!(
            ty,
            Type::Int | Type::Float | Type::Uid | Type::Port | Type::Duration | Type::Quantity | Type::Version
        );
        match self {
            Self::Exists => !list && !tree,
            Self::Eq | Self::Ne | Self::In | Self::NotIn => !list && !structure && !tree,
            Self::Lt | Self::Le | Self::Gt | Self::Ge => ordered,
            Self::Matches | Self::NotMatches | Self::StartsWith | Self::EndsWith | Self::Glob => text,
            Self::Contains => (list && has_comparable_elements(ty)) || text,
            Self::ContainsAny | Self::ContainsAll | Self::SubsetOf | Self::SupersetOf | Self::Unique => {
                list && has_comparable_elements(ty)
            }
            Self::Within => matches!(ty, Type::Str | Type::Version),
            Self::Empty => list || text,
            Self::HasFile | Self::HasDirectory | Self::HasFilled | Self::HasMatch | Self::DockerIgnores => tree,
        }
    }
}

/// Things with a name are compared by it.
fn has_comparable_elements(ty: Type) -> bool {
    match ty {
        Type::List(Type::Struct(def)) => def().grip().is_some(),
        _ => true,
    }
}
