# syntax=docker/dockerfile:1
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs ./
COPY build/ build/
COPY src/ src/
COPY rules/ rules/
COPY docs/schemas/ docs/schemas/
COPY benches/ benches/
RUN cargo build --release --locked --bin svclint

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="svclint" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /src/target/release/svclint /usr/local/bin/svclint
WORKDIR /repo
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/svclint"]
CMD ["check"]
