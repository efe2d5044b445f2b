# Two images from one build: "mockidp", the provider, and "web", the demo app.
# Each holds one static program, the roots that TLS needs, and an empty /data
# that its user may write.
#
# Both base images are arguments, for machines that pull from a mirror or not
# at all: docker build --build-arg GO_IMAGE=mirror.example/golang:1.26 …
ARG GO_IMAGE=golang:1.26-bookworm
ARG BASE_IMAGE=scratch

FROM ${GO_IMAGE} AS build
WORKDIR /src
# The modules first: this layer stays until go.mod changes.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/ ./cmd/mockidp ./cmd/web \
 && mkdir /out/data

# A number, not a name: scratch has no /etc/passwd, and Kubernetes can check
# only a number for runAsNonRoot.
FROM ${BASE_IMAGE} AS mockidp
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/mockidp /mockidp
# Everything that comes into a container comes from "another" address, so the
# program listens on all of them; who may reach it, the published port decides.
ENV MOCKIDP_LISTEN=0.0.0.0:9400 \
    MOCKIDP_DATABASE_URL=file:/data/mockidp.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 9400
HEALTHCHECK --interval=2s --timeout=2s --start-period=20s --retries=6 CMD ["/mockidp", "ready"]
ENTRYPOINT ["/mockidp"]

FROM ${BASE_IMAGE} AS web
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/web /web
ENV LISTEN_ADDR=0.0.0.0:3000 \
    SESSION_DIR=/data/sessions
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=2s --timeout=2s --start-period=20s --retries=6 CMD ["/web", "ready"]
ENTRYPOINT ["/web"]
