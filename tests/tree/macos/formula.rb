# formula.rb FILE ACTION: loads a Homebrew formula into a stand-in of Homebrew, which knows the words that ours uses and
# no other: a word that is not known ends in NoMethodError. ACTION `facts` prints what it declares, `install` the
# commands of its install method, one a line, `caveats` what it tells the user. brew itself has not seen it.
require "shellwords"

class Formula
  FACTS = []
  def self.word(name, *values) = FACTS << "#{name} #{values.map(&:inspect).join(" ")}"
  %i[desc homepage url sha256 license depends_on uses_from_macos].each do |name|
    define_singleton_method(name) { |*values, **more| word(name, *values, *(more.empty? ? [] : [more])) }
  end
  def self.test(&block) = FACTS << "test #{block.source_location[1]}"
  def prefix = ENV.fetch("FORMULA_PREFIX", "/opt/homebrew/Cellar/bottle/0.1.0")
  def system(*argv) = puts(argv.shelljoin)
end

HOMEBREW_PREFIX = "/opt/homebrew".freeze
load ARGV.fetch(0)
case ARGV.fetch(1)
when "facts" then puts Formula::FACTS
when "install" then Bottle.new.install
when "caveats" then puts Bottle.new.caveats
else abort "formula.rb: facts, install or caveats"
end
