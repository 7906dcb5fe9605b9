# keepalived and its page in one container. They work on the host's network:
#
#   docker run --detach --name keepalived-wai --network host \
#     --cap-add NET_ADMIN --cap-add NET_RAW --cap-add SYS_ADMIN \
#     --volume keepalived-config:/etc/keepalived --volume keepalived-wai:/var/lib/keepalived-wai \
#     keepalived-wai
#
# NET_ADMIN sets the virtual IP, NET_RAW sends advertisements and captures packets, SYS_ADMIN is for
# the private mount in which a configuration is tested. The page listens on the host's
# 127.0.0.1:9443; set WAI_LISTEN for more. The first password of admin:
#
#   docker exec keepalived-wai node build/main.js first-password

FROM node:24-bookworm-slim AS build
WORKDIR /opt/keepalived-wai
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json README.md ./
COPY scripts scripts
COPY server server
COPY public public
RUN npm run build

FROM node:24-bookworm-slim
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    curl iproute2 iputils-arping keepalived procps rsyslog tcpdump util-linux \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/keepalived-wai
COPY --from=build /opt/keepalived-wai/build build
COPY LICENSE package.json ./
COPY packaging packaging
COPY public public
COPY --from=build /opt/keepalived-wai/public/build public/build
COPY views views
ENV NODE_ENV=production WAI_SERVICE_MANAGER=supervised
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD curl --silent --fail --insecure https://127.0.0.1:9443/healthz
ENTRYPOINT ["packaging/container-entrypoint.sh"]
CMD ["node", "build/main.js"]
