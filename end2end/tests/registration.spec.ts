// Rejected registrations and their messages.
import {
  email, expect, expectFault, expectSecret, fillRegistration, logOut, newPerson, open, password, register, submit, test,
  username,
} from './support';

test('a name that is taken, in any case', async ({ page }) => {
  const taken = await register(page);
  await logOut(page);
  const person = { ...newPerson(), username: taken.username.toUpperCase() };
  await open(page, '/registration');
  await fillRegistration(page, person);
  await submit(page, 'Register').click();
  await expectFault(username(page), /taken/i);
  await expect(page).toHaveURL('/registration');
  await expect(username(page)).toHaveValue(person.username);
  await expect(email(page)).toHaveValue(person.email);
  await expect(password(page)).toHaveValue('');
});

test('an invalid email address', async ({ page }) => {
  const person = { ...newPerson(), email: 'ada@nowhere' };
  await open(page, '/registration');
  await fillRegistration(page, person);
  await submit(page, 'Register').click();
  await expectFault(email(page), /e-?mail address/i);
  await expect(username(page)).toHaveValue(person.username);
  await expect(email(page)).toHaveValue(person.email);
});

for (const [what, typed, message] of [
  ['too short', 'k7#vQ2', /at least 8/i],
  ['very common', 'password123', /easy to guess/i],
] as const) {
  test(`a password that is ${what}`, async ({ page }) => {
    const person = { ...newPerson(), password: typed };
    await open(page, '/registration');
    await fillRegistration(page, person);
    await submit(page, 'Register').click();
    await expectFault(password(page), message);
    await expect(username(page)).toHaveValue(person.username);
    await expect(password(page)).toHaveValue('');
  });
}

test('a corrected form goes through', async ({ page }) => {
  const person = newPerson();
  await open(page, '/registration');
  await fillRegistration(page, { ...person, password: 'short' });
  await submit(page, 'Register').click();
  await expectFault(password(page), /at least 8/i);
  await password(page).fill(person.password);
  await submit(page, 'Register').click();
  await expectSecret(page, person);
});

test('an account needs no email address', async ({ page }) => {
  await register(page, { ...newPerson(), email: '' });
});
