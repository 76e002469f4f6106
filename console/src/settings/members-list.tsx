import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/endpoints.ts';
import { ROLES, type Member, type Project, type Role, type User } from '../api/types.ts';
import { Button } from '../components/button.tsx';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Icon } from '../components/icon.tsx';
import { LoadMore } from '../components/load-more.tsx';
import { Menu } from '../components/menu.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { Table } from '../components/table.tsx';
import { liveRoom } from '../live/live-room.ts';
import { pathTo } from '../routing/match.ts';
import { navigate } from '../routing/navigation.ts';
import { openProject } from '../state/project.ts';
import { showToast } from '../state/toasts.ts';
import { useAction } from '../state/use-action.ts';
import { usePages } from '../state/use-pages.ts';
import { t } from '../strings.ts';
import { rightsOver } from './member-rights.ts';

function RoleMenu({ member, onChoose }: { member: Member; onChoose: (role: Role) => void }) {
  return (
    <Menu
      label={t.settings.roleOf(member.name, t.projects.role[member.role])}
      triggerClass="button button-secondary"
      testId="member-role"
      trigger={
        <>
          {t.projects.role[member.role]}
          <Icon name="chevronDown" size={16} />
        </>
      }
      items={ROLES.map((role) => ({
        label: t.projects.role[role],
        isChecked: role === member.role,
        onSelect: () => {
          if (role !== member.role) onChoose(role);
        },
      }))}
    />
  );
}

/** The people of a project. Owners give roles and remove; everybody may leave. */
export function MembersList({ project, user }: { project: Project; user: User }) {
  const pages = usePages<Member>(project.id, (cursor, signal) => api.memberPage(project.id, cursor, signal));
  useEffect(() => liveRoom.onRoomEvent('members.changed', pages.reload), [project.id]);
  const [asked, setAsked] = useState<Member | null>(null);
  const action = useAction();

  const changeRole = (member: Member, role: Role) =>
    action.run(async () => {
      const changed = await api.changeMember(project.id, member.userId, role);
      pages.update((items) => items.map((one) => (one.userId === changed.userId ? changed : one)));
      showToast(t.settings.roleChanged(changed.name, t.projects.role[changed.role]));
      // The reader's own rights may have changed, and the team in the bar.
      await openProject(project.id);
    });
  const remove = async (member: Member) => {
    await api.removeMember(project.id, member.userId);
    setAsked(null);
    if (member.userId === user.id) {
      navigate(pathTo.projects());
      showToast(t.settings.left(project.name));
      return;
    }
    pages.update((items) => items.filter(({ userId }) => userId !== member.userId));
    showToast(t.settings.removed(member.name));
    await openProject(project.id);
  };

  const { items } = pages;
  if (!items) {
    return pages.problem ? <ErrorState problem={pages.problem} onRetry={pages.reload} /> : <Skeleton />;
  }
  const reader = { userId: user.id, role: project.role };
  const rightsOf = (member: Member) => rightsOver(member, reader, items, pages.nextCursor === null);
  const actionOn = (member: Member): string | null => {
    const { canRemove, canLeave } = rightsOf(member);
    return canLeave ? t.settings.leave : canRemove ? t.settings.remove : null;
  };
  const actions = {
    header: t.account.action,
    isTight: true,
    isEnd: true,
    cell: (member: Member) =>
      actionOn(member) !== null && (
        <Button testId="member-remove" onClick={() => setAsked(member)}>
          {actionOn(member)}
        </Button>
      ),
  };
  return (
    <div class="stack">
      <Table
        caption={t.settings.members}
        rows={items}
        rowKey={({ userId }) => userId}
        testId="members-table"
        columns={[
          {
            header: t.settings.person,
            cell: ({ userId, name, email }) => (
              <>
                <span>{userId === user.id ? t.settings.you(name) : name}</span>
                <span class="muted member-email">{email}</span>
              </>
            ),
          },
          {
            header: t.settings.role,
            isTight: true,
            cell: (member) =>
              rightsOf(member).canChangeRole ? (
                <RoleMenu member={member} onChoose={(role) => void changeRole(member, role)} />
              ) : (
                <>
                  {t.projects.role[member.role]}
                  {rightsOf(member).isLastOwner && <span class="muted">, {t.settings.lastOwner}</span>}
                </>
              ),
          },
          ...(items.some(actionOn) ? [actions] : []),
        ]}
      />
      {action.problem && <ErrorState problem={action.problem} />}
      <LoadMore pages={pages} />
      {asked && (
        <ConfirmDialog
          {...(asked.userId === user.id
            ? t.settings.leaveDialog(project.name)
            : t.settings.removeDialog(asked.name))}
          onClose={() => setAsked(null)}
          onConfirm={() => remove(asked)}
        />
      )}
    </div>
  );
}
