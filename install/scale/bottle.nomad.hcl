# A bottle as a Nomad job, by the raw_exec driver: nomad job run -var name=web bottle.nomad.hcl. docs/scale.md.
#
# raw_exec, because the exec driver's chroot has neither the engine's socket nor /dev/kvm. On each client:
#
#	client {
#	  max_kill_timeout = "2m"
#	  meta { bottle = "yes" }
#	}
#	plugin "raw_exec" { config { enabled = true } }
#
# (without max_kill_timeout Nomad takes its own 30 s for kill_timeout below, and says nothing), the user below in the groups docker and kvm, and /etc/bottle/bottles/NAME.yaml, writable by root alone.

variable "name" {
  type        = string
  description = "the bottle, and its file in /etc/bottle/bottles"
}

variable "user" {
  type        = string
  default     = "agents"
  description = "who runs it on every client: not root"
}

variable "memory" {
  type        = number
  default     = 1536
  description = "MiB: agent.memory of the file, and what its bundle takes. raw_exec counts it and does not limit it"
}

job "bottle" {
  name = "bottle-${var.name}"
  id   = "bottle-${var.name}"
  type = "service"

  constraint {
    attribute = "${meta.bottle}"
    value     = "yes"
  }

  group "bottle" {
    count = 1

    # A launch that is refused is refused on this host: pool exhausted, engine gone, isolation not proven. So no
    # second try here, and the next host.
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      delay          = "30s"
      delay_function = "exponential"
      max_delay      = "10m"
      unlimited      = true
    }

    task "launch" {
      driver = "raw_exec"
      user   = var.user

      config {
        command = "/usr/bin/bottle"
        args = [
          "launch", var.name, "-f", "/etc/bottle/bottles/${var.name}.yaml", "--rm",
          "--", "sleep", "infinity",
        ]
      }

      # raw_exec hands on the Nomad agent's own environment, which is root's.
      env {
        HOME = "/home/${var.user}"
        PATH = "/usr/local/bin:/usr/bin:/bin"
      }

      # SIGTERM is passed on to sleep, and its end is the bottle's (--rm). At most the client's max_kill_timeout.
      kill_signal  = "SIGTERM"
      kill_timeout = "2m"

      resources {
        cpu    = 1000
        memory = var.memory
      }
    }
  }
}
