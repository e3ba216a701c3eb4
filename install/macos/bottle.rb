# Homebrew formula for the frontend alone, for a tap of one's own. Homebrew's prefix belongs to a user and its build
# sandbox sets no setuid bit, so the helper has no place in it: see caveats. Untested on hardware.
#
# Fill in homepage, url and sha256 for each release: `make dist` writes the sum to SHA256SUMS. As it is, brew refuses it.
class Bottle < Formula
  desc "Runs AI agents in microVMs whose isolation each launch proves"
  homepage "https://example.invalid/bottle"
  url "https://example.invalid/bottle-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license :cannot_represent

  depends_on "pkgconf" => :build
  depends_on "zig" => :build # for bottle-guest, a Linux program
  depends_on "jansson"
  depends_on "libcyaml"
  depends_on "libyaml"
  depends_on macos: :ventura

  uses_from_macos "curl"
  uses_from_macos "sqlite"

  def install
    options = ["PREFIX=#{prefix}", "HELPER=no", "ZIG=zig"]
    system "make", *options, "bottle", "guest", "nft"
    system "make", *options, "install"
  end

  def caveats
    <<~EOS
      This is bottle without its helper. macOS has only 127.0.0.1 on its loopback interface, and
      bottles live on addresses of their own (127.0.0.16 to 127.0.0.31), which root has to add.
      Have one of these, and `bottle doctor` says whether it worked:

        - the package of `make macos-pkg` (install/macos/README.md): it adds them at each boot.
          It installs to /opt/bottle, never below #{HOMEBREW_PREFIX}: a helper with root's
          rights must lie where root alone may write.
        - by hand, after each boot:
            for n in $(seq 16 31); do sudo ifconfig lo0 alias 127.0.0.$n netmask 255.255.255.255; done

      Do not give a file below #{HOMEBREW_PREFIX} the setuid bit.
      macOS: built, cross-linked, modelled, NOT run by its authors.
    EOS
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/bottle version")
    refute_path_exists libexec/"bottle/bottle-netd"
  end
end
