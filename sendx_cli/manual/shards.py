"""The topic `shards`."""

from collections.abc import Sequence

from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

PARALLEL = """\
seq 8 | parallel -j 4 --joblog people.log \\
  sendx identify --from people.csv --yes --shard {#}/8
""".splitlines()
PARALLEL_RESUME = """\
sendx runs list -o jsonl | jq -r 'select(.to_come + .failed > 0) | .run' |
  parallel -j 4 sendx runs resume --yes
""".splitlines()
SSH = """\
for host in host1 host2; do scp people.csv $host:; done
seq 8 | parallel -S host1,host2 -j 2 \\
  sendx identify --from people.csv --yes --shard {#}/8
""".splitlines()
SSH_RESUME = """\
parallel --nonall -S host1,host2 'sendx runs list -o jsonl |
  jq -r "select(.to_come + .failed > 0) | .run" |
  xargs -r -n 1 sendx runs resume --yes'
""".splitlines()
MAKE = """\
file = people-2026-11.csv
mine = select(.source == "$(file)" and .shard == "$*/8") | .run
SHELL = bash
.RECIPEPREFIX = >

all: $(foreach k,1 2 3 4 5 6 7 8,$(file).$(k)-of-8.sent)

$(file).%-of-8.sent:
> set -euo pipefail; run=$$(sendx runs list -o jsonl | jq -r '$(mine)'); \\
>   if [ "$$run" ]; then sendx runs resume $$run --yes; \\
>   else sendx identify --from $(file) --yes --shard $*/8; fi
> touch $@
""".splitlines()
ACTIONS = """\
on: workflow_dispatch
jobs:
  send:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      max-parallel: 4
      matrix:
        shard: [1, 2, 3, 4]
    steps:
      - name: Refuse to be re-run, as there is no journal of the first attempt
        run: test ${{ github.run_attempt }} = 1
      - uses: actions/checkout@v5
      - run: pip install sendx-cli
      - run: sendx identify --from people.csv -y --shard ${{ matrix.shard }}/4
        env:
          SENDX_API_KEY: ${{ secrets.SENDX_API_KEY }}
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: sendx-${{ matrix.shard }}-of-4
          path: ~/.local/state/sendx/runs
""".splitlines()
ACTIONS_RESUME = """\
gh run download RUN --name sendx-3-of-4 --dir shard3/sendx/runs
XDG_STATE_HOME=$PWD/shard3 sendx runs resume --from people.csv
""".splitlines()
KUBERNETES = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: sendx-people
spec:
  completionMode: Indexed
  completions: 8
  parallelism: 4
  backoffLimitPerIndex: 3
  podReplacementPolicy: Failed
  podFailurePolicy:
    rules:
      - action: FailIndex
        onExitCodes: {operator: In, values: [2, 4, 6, 255]}
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: sendx
          image: registry.example.com/sendx
          command: [sh, -c]
          args:
            - |
              if sendx runs show > /dev/null 2>&1
              then exec sendx runs resume --yes
              else exec sendx identify --from /data/people.csv --yes \\
                --shard $((JOB_COMPLETION_INDEX + 1))/8
              fi
          env:
            - name: JOB_UID
              valueFrom:
                fieldRef:
                  fieldPath: >-
                    metadata.labels['batch.kubernetes.io/controller-uid']
            - name: XDG_STATE_HOME
              value: /state
            - name: SENDX_API_KEY
              valueFrom: {secretKeyRef: {name: sendx, key: api-key}}
          volumeMounts:
            - {name: data, mountPath: /data}
            - name: state
              mountPath: /state
              subPathExpr: $(JOB_UID)/$(JOB_COMPLETION_INDEX)
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: people}
        - name: state
          persistentVolumeClaim: {claimName: sendx-state}
""".splitlines()
SLURM = """\
#!/bin/bash
#SBATCH --job-name=sendx-people --array=1-8%4 --requeue --time=04:00:00
job=$SLURM_ARRAY_JOB_ID/$SLURM_ARRAY_TASK_ID
export XDG_STATE_HOME=$HOME/sendx-state/$job
if sendx runs show > /dev/null 2>&1
then exec sendx runs resume --yes
else exec sendx identify --from people.csv --yes \\
  --shard "$SLURM_ARRAY_TASK_ID/8"
fi
""".splitlines()
_WHICH = (
    ("no shards", "One machine. One process is as fast as eight: they share its limit."),
    ("make -j", "One machine, where sending is a step of a build that may be repeated."),
    ("GNU parallel", "One machine, or a few that you reach by ssh."),
    ("GitHub Actions", "The file is in a repository; a job may not last longer than 6 hours."),
    ("Kubernetes, Slurm", "Jobs run on a cluster anyway, which may end them at any time."),
)


def blocks() -> Sequence[Block]:
    """Return the contents of the topic."""
    return (
        Paragraph(
            "--shard K/N sends the K-th of N parts of a file. Run it for each K from 1 to N, with "
            "otherwise the same options: every row is sent once, and each contact's rows in their "
            "order. Usually one machine without shards is enough: 1,000 rows per second are 86 "
            "million a day, and what limits that is the service, not the machine."
        ),
        Rows("Which to use", _WHICH),
        Paragraph(
            "All rows of a contact are in one shard. Its address decides, the same on every "
            "machine: case-folded, in Unicode's form NFC, the domain in its ASCII form, encoded as "
            "UTF-8, hashed by SHA-256. The first 8 bytes are a number, the most significant byte "
            "first; that number modulo N, plus 1, is K. Addresses that new_email links count as "
            "one contact, for which the smallest of their numbers decides."
        ),
        Paragraph(
            "Every shard checks the whole file, and a bad row stops all of them. With "
            "--skip-invalid, shard 1 reports the bad rows. An unfinished run of the file with "
            "another N, or without --shard, stops a new one: contacts would be sent twice. The "
            "files of a shard are named after it: people.2-of-8.failed.csv; --report results.csv "
            "writes results.2-of-8.csv."
        ),
        Paragraph(
            "Only the journal knows what was sent; it is in ~/.local/state/sendx/runs. A job that "
            "is started again on a new machine has no journal, and would send its shard twice. So "
            "keep XDG_STATE_HOME where it outlives the job and use sendx runs resume, or prevent "
            "the job from being started again. Each recipe does one of the two."
        ),
        Lines("GNU parallel, on one machine: people.sh", PARALLEL),
        Lines("Continue what stopped or failed", PARALLEL_RESUME),
        Paragraph(
            "Do not repeat the first command: finished shards would be sent again. Processes on "
            "one machine share the service's limit. Machines that cannot see each other come to "
            "similar shares of it, at the cost of more refused calls, which are repeated."
        ),
        Lines("GNU parallel, by ssh, after sendx login on each host", SSH),
        Lines("Continue, where the journals are", SSH_RESUME),
        Lines("make -j 4 -k -f people.mk, which can be repeated: people.mk", MAKE),
        Paragraph(
            "A run is found by the name of its file: use a new file name each time you send. It "
            "needs jq, and GNU make 3.82 or later."
        ),
        Lines("GitHub Actions: .github/workflows/people.yml", ACTIONS),
        Lines("Continue a shard that stopped, on a machine that has the file", ACTIONS_RESUME),
        Paragraph(
            "The journals hold the contents of the file: whoever can read the artifacts must be "
            "allowed to read the file."
        ),
        Lines("Kubernetes, an indexed job: people.yml", KUBERNETES),
        Paragraph(
            "The claim sendx-state outlives the pods; each shard of each job has a folder of its "
            "own there, where a pod that takes over continues. podReplacementPolicy keeps two "
            "pods of a shard from running at once. Exit codes 2, 4, 6 and 255 are not "
            "retried: it would not help. The claim's file system must have locks, or nothing is "
            "sent."
        ),
        Lines("Slurm, a job array: sbatch people.sh", SLURM),
        Paragraph(
            "The home directory is shared by the nodes. A task that is requeued keeps its job id, "
            "and continues; scontrol requeue JOB_TASK does so after its time is up."
        ),
    )
