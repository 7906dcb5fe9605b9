/** What each part of the build calls an architecture, by Debian's name of it. */
export const architectures = {
  amd64: { npm: 'x64', strip: 'strip' },
  arm64: { npm: 'arm64', strip: 'aarch64-linux-gnu-strip' },
};

export const listArchitectures = () => Object.keys(architectures);

/** @returns {boolean} whether a package can be made for it */
export const isArchitecture = (name) => Object.hasOwn(architectures, name);
